# Mails. Lines of plain text stay below 76 characters.
mail-subject = [{ $digit }] { $about }
mail-about = [TLP:CLEAR] { $marks }{ $id } rev { $n }: { $title }
mail-mark-archive = [ARCHIVE]
mail-mark-fictional = [FICTIONAL]
mail-mark-exercise = [EXERCISE]
mail-web = Read the full text on the web page
mail-below = How to confirm receipt and how to stop these mails stands in the part that follows this one. Some mail programs show it as an attachment.
mail-unsigned = The HTML part of this mail is for easier reading. The signature covers the text part.
mail-latest = See the web page for the latest version.
mail-personal =
    The part below is not covered by the signature.
    It differs from recipient to recipient.

    == To acknowledge
    Once you have received this, please press "Received" on this page:
    { $acknowledge }
    Two digits (only if the page asks for them): { $digits }
    If you cannot use the page, reply to this mail, or call or write to
    the contact below, and give the six-digit confirmation code: the five
    digits here, followed by the one digit in brackets in the subject.
    Confirmation code: { $code } and the digit in the subject
    { $contact }

    == To stop these mails
    { $unsubscribe }

    Reference: { $reference }
mail-invitation-subject = [TN#{ $tn }] Please confirm your security contact ({ $name })
mail-invitation-text =
    To the person in charge of security
    { $to }

    We are the coordination desk of { $name }.

    There is something that we would like to tell you about a product or
    a web site of yours, and we are looking for the right person to tell.
    Since the information must be handled with care,
    this mail does not contain it.

    Please open this page and enter the code below:

    { $link }

    Confirmation code: { $code }

    The link is valid for 14 days and can be used once. If somebody else is
    in charge, please do not forward this mail; tell us whom to write to.

    If you cannot use the page, please reply to this mail with the
    department and name of the person in charge and a telephone number with
    the hours at which we may call, and keep [TN#{ $tn }] in the subject.

    To check that this mail comes from us, you may also use the contact
    that is shown on this page:
    { $portal }/en/about.html

    { $name }
    Contact: { $contact }
    Fingerprint of our signing key: { $fingerprint }
