# Front page, lists, about, not found, and the mail folder.
front-open = Open the English pages
front-lead = This site tells you about vulnerabilities, which are security weaknesses of software and other products, and what to do about them.
home-lead = We tell you about vulnerabilities (security weaknesses) in software and other products, their impact and what to do.
home-recent = Recently published or revised
home-empty = Nothing has been published yet.
home-all = See all advisories
home-title = Vulnerabilities and what to do about them
home-do = Search for the names of the products that you use. If one is listed, read “What to do first” on its page.
home-search = Search by product, number or words
home-search-script = The search needs a script. Without it, the list can be narrowed by year and vendor.
home-attacked = Attacks have been confirmed
home-no-others = Nothing else was published or revised recently.
home-telephone = Telephone:
home-developers = Developers of products: to register whom we should contact about vulnerabilities, write to the contact above.
home-count = { $n ->
    [one] ({ $n } advisory in all)
   *[other] ({ $n } advisories in all)
}
home-about = tells how to verify that a document is genuine and how to receive updates.

list-title = Advisories
list-title-year = Advisories of { $year }
list-newest = The newest { $n } advisories at most are shown. Choose a year for earlier ones.
list-all-years = Newest
list-year = { $year }
list-count = { $n ->
    [one] { $n } advisory
   *[other] { $n } advisories
}
list-empty = There is nothing in this list.
entry-severity = Severity: { $severity }
entry-revision = Revision { $n }
entry-vendors = { $n ->
    [one] { $n } vendor listed
   *[other] { $n } vendors listed
}

about-title = About this site
about-who = Who we are
about-who-text = { $name } coordinates between finders and vendors of vulnerable products and publishes what users can do.
about-contact = Contact
about-contact-text = Please use the following contact for questions, corrections, or to talk about reporting a vulnerability.
about-developers = For developers of products
about-developers-text = You can register whom we contact when a vulnerability is found in one of your products: write to our contact with the name of your organisation, the mail address of the contact point, and your products.
about-verify = How to verify that a document is genuine
about-verify-text = Published documents carry an OpenPGP signature by the following key.
about-fingerprint = Key fingerprint
about-fingerprint-text = Please also check the fingerprint by a way other than this site, such as telephone or print.
about-keys = Public keys
about-keys-advisory = Key of documents: signed text, JSON, CSAF
about-keys-log = Key of the record of publications: SHA256SUMS and the pages. It is not the key used for documents.
about-verify-noroshi = The following command checks a saved copy of the whole site. Replace PATH by the folder where you saved it.
about-verify-gpg = With GnuPG, import the public key once; then the following commands check a single signed text.
about-verify-gpg-note = Always compare the “Primary key fingerprint” that is printed with the one above. The subkey has a different fingerprint.
about-feeds = How to receive updates
about-feeds-text = Use the following addresses for feed readers and automatic collection.
about-feeds-atom = Atom feed
about-feeds-list = List of all advisories (JSON)
about-feeds-csaf = CSAF provider metadata
about-offline = When the network is down
about-offline-text = The pages of this site can be saved, for example to a USB stick, and read from there.

not-found-title = Page not found
not-found-text = The address may have changed, or the page may not be published yet. Please look in the list.

mailbox-title = Mails saved to the folder
mailbox-text = These mails were written to files instead of being sent, the newest first. Their links open the pages of this demonstration.
mailbox-caption = Saved mails
mailbox-region = Table of saved mails (scrolls sideways)
mailbox-at = Time
mailbox-to = To
mailbox-from = From
mailbox-source = Show the mail as it was sent
mailbox-source-region = Source of the mail (scrolls sideways)
mailbox-subject = Subject
mailbox-no-subject = (no subject)
mailbox-empty = There are no saved mails.
mailbox-one = Mail { $name }
mailbox-one-region = Content of the mail (scrolls sideways)
mailbox-back = Back to the list of mails
