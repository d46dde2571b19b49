# Search and filters of the public list.
find-title = Search and filters
find-note = Search and filters use JavaScript. Without it, please use the lists below.
find-ready = Search for products, vendors, numbers such as CVE or JVN, and words of the texts. Type a number and press “Search” to open that advisory.
find-q = Words or number
find-any = Any
find-severity = Severity
find-status = Document status
find-year = Year of publication
find-vendor = Vendor name
find-submit = Search
find-clear = Clear
find-one = { $n } advisory found.
find-many = { $n } advisories found.
find-none = No advisory matches. Try a shorter word or fewer conditions.
find-failed = The data for searching could not be loaded. Please use the lists below.
find-more = Show more ({ $n } left)
find-revision = Revision { $n }
find-unaffected = { $name }: { $status }
find-vendors-one = { $n } vendor listed
find-vendors-many = { $n } vendors listed

find-filters = Kinds of lists
find-by-year = Year of publication
find-by-severity = Severity
find-by-status = Document status
find-by-vendor = Vendor
find-vendors-link = Vendors by name
find-title-severity = Advisories of severity “{ $severity }”
find-title-status = Advisories at the stage “{ $status }”
find-title-vendor = Advisories that name { $vendor }
find-capped = The newest { $max } of { $n } advisories are shown. Please use the lists by year for earlier ones.
find-vendors-note = For each vendor, the advisories that name it, whatever its status. Being named does not mean that it has affected products.
find-vendor-note = These advisories list this vendor, whatever its status. That does not mean that it has affected products.
find-vendors-title = Vendors by name
find-vendors-capped = The { $max } vendors with the most advisories are listed. Please search for others.
find-vendors-count = ({ $n ->
    [one] { $n } advisory
   *[other] { $n } advisories
})
find-vendors-newest = (the newest of { $n })
find-initials = Initials
find-row = { $kana }
find-others = Others
find-back = Back to the advisories
