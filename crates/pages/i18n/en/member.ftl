# The member's pages: subscribing, confirming, saying "received", stopping.
member-nav = Subscribe
member-title = Subscribe to advisories
member-lead = We send a mail whenever an advisory is published or revised.
member-lead-confirm = After you subscribe we send a mail with a confirmation code. Mails begin once you have typed that code.
member-lead-stop = You can stop the mails at any time from any of them.
member-address = Mail address
member-address-hint = Used for these mails and to confirm the address, and for nothing else.
member-lang = Language of the mails
member-lang-ja = Japanese
member-lang-en = English
member-scope = Which advisories
member-scope-everything = All advisories
member-scope-vendor = Those of one vendor
member-scope-product = Those of one product
member-name = Name of the vendor or product
member-name-hint = If you chose one vendor or product. Names are compared with those in published advisories; capital letters and legal forms such as “Inc.” do not matter.
member-personal = Your address is stored encrypted and used for nothing else.
member-preview = Show the last 90 days
member-preview-title = What was published in the last 90 days and would have been sent to you
member-preview-unknown = Past advisories cannot be shown just now. You can subscribe all the same.
member-preview-unnamed = No vendor or product of this name is recorded in what was published so far, so nothing would have been sent. Please check how it is written; names like it, where there are any, are shown above.
member-preview-none = Nothing of this kind was published or revised in the last 90 days.
member-preview-count = { $n ->
    [one] { $n } advisory.
   *[other] { $n } advisories.
}
member-preview-many = { $n } advisories. The newest { $max } are shown.
member-subscribe = Subscribe
member-need-address = Please give a mail address.
member-wrong-address = Please check the form of the mail address, for example taro@example.com
member-need-lang = Please choose the language of the mails.
member-need-scope = Please choose which advisories you want.
member-need-name = Please give the name of the vendor or product.
member-name-unknown = No vendor or product of this name is recorded in what was published so far. Please check how it is written. If it is right, press “Subscribe” once more (where names like it are offered below, choose the one as typed): mails begin with the first publication under this name.
member-pick = Names like it
member-pick-typed = Subscribe with the name as typed
member-noted-title = Your request was received
member-noted = We send a confirmation mail to the address that you gave.
member-noted-next = Please open the page named in that mail and type the code. Nothing is sent before that.
member-noted-none = If no mail arrives within ten minutes or so, please check the address and subscribe again.
member-confirm-title = Confirm your subscription
member-confirm-lead = Please type the six-digit code from the confirmation mail.
member-confirm-code = Confirmation code
member-confirm-hint = Six digits.
member-confirm = Start the mails
member-need-code = Please type six digits.
member-confirmed-title = The code was received
member-confirmed = If the code is right, a mail tells you that the subscription has begun.
member-confirmed-wrong = If no mail arrives within a few minutes, please check the code and type it again, or subscribe anew.
member-ack-title = Confirm that you received it
member-ack-lead = If you have received the advisory that we sent you, please press the button.
member-ack-digits = The two digits in the mail
member-ack-digits-hint = In the mail, after “Two digits”.
member-ack = Received
member-ack-other = If you cannot use this page, reply to the mail with its confirmation code, or tell it to the contact that the mail names.
member-need-digits = Please type the two digits from the mail.
member-acked-title = Thank you
member-acked = Your confirmation was received.
member-acked-more = See the web page for the latest version.
member-stop-title = Stop these mails
member-stop-ask = To stop all our mails to this address, type the word stop and send.
member-stop-unclear = Nothing has changed yet. Type the word stop and send.
member-stop-noted = Your request was received. All mails to this address will stop.
member-stop-later = This cannot be taken now. Please try again later.
member-stop-label = Type “stop”
member-stop = Send
member-mail-confirm-subject = Please confirm your subscription
member-mail-confirm-text =
    This is { $name }.

    Somebody asked us to send advisories to this address.
    Which advisories: { $scope }

    If it was you, please open this page and type the code.
    { $address }

    Confirmation code: { $code }

    It is valid for three days. If it was not you, you need not
    do anything: no mails will be sent.

    { $name }
    Contact: { $contact }
member-mail-welcome-subject = Your subscription has begun
member-mail-welcome-text =
    This is { $name }.

    Your subscription to our advisories has begun.
    Which advisories: { $scope }

    To stop all our mails to this address, use this page:
    { $unsubscribe }

    { $name }
    Contact: { $contact }
member-mail-scope-everything = all
member-mail-kind-vendor = those of the vendor that was typed into the form
member-mail-kind-product = those of the product that was typed into the form
member-mail-scope-vendor = those of the vendor “{ $name }”
member-mail-scope-product = those of the product “{ $name }”
