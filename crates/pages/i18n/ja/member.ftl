# The member's pages: subscribing, confirming, saying "received", stopping.
member-nav = 配信を申し込む
member-title = 脆弱性情報の配信の申込み
member-lead = 脆弱性の情報を公表または更新したときに、メールでお知らせします。
member-lead-confirm = お申し込みのあと、確認のメールをお送りします。そのメールにある確認コードを入力すると、配信が始まります。
member-lead-stop = 配信は、配信のメールからいつでも停止できます。
member-address = メールアドレス
member-address-hint = 配信と確認のためだけに使います。
member-lang = メールの言語
member-lang-ja = 日本語
member-lang-en = 英語
member-scope = 配信する範囲
member-scope-everything = すべての情報
member-scope-vendor = 特定の製品開発者の情報
member-scope-product = 特定の製品の情報
member-name = 製品開発者または製品の名前
member-name-hint = 特定の製品開発者や製品を選んだ場合にお書きください。公表した文書にある名前と同じ名前で探します。「株式会社」の有無や、全角と半角の違いは問いません。
member-personal = メールアドレスは暗号化して保存し、配信と確認のほかには使いません。
member-preview = 過去90日分を見る
member-preview-title = この範囲で過去90日に公表または更新し、配信の対象となった情報
member-preview-unknown = ただいま過去の情報を表示できません。お申し込みはできます。
member-preview-unnamed = この名前の製品開発者や製品は、これまでに公表した文書に記録されていないため、配信の対象となった情報はありません。書き方をお確かめください。似た名前がある場合は、上に表示しています。
member-preview-none = この範囲で過去90日に公表または更新した情報はありません。
member-preview-count = { $n } 件あります。
member-preview-many = { $n } 件あります。新しい { $max } 件を表示しています。
member-subscribe = 申し込む
member-need-address = メールアドレスをお書きください。
member-wrong-address = メールアドレスの形をご確認ください。例: taro@example.jp
member-need-lang = メールの言語を選んでください。
member-need-scope = 配信する範囲を選んでください。
member-need-name = 製品開発者または製品の名前をお書きください。
member-name-unknown = この名前の製品開発者や製品は、これまでに公表した文書に記録されていません。書き方をお確かめください。このままの名前でよろしければ、もう一度「申し込む」を押してください（似た名前が下に示されているときは、「入力した名前」の方を選びます）。その名前で公表したときからお知らせします。
member-pick = 似た名前
member-pick-typed = 入力した名前のまま申し込む
member-noted-title = お申し込みを受け付けました
member-noted = 入力されたメールアドレスに、確認のメールをお送りします。
member-noted-next = メールにあるページを開き、確認コードを入力してください。それまで配信は始まりません。
member-noted-none = 10分ほどたってもメールが届かない場合は、アドレスをお確かめのうえ、もう一度お申し込みください。
member-confirm-title = 配信の申込みの確認
member-confirm-lead = 確認のメールに書かれている6桁の確認コードを入力してください。
member-confirm-code = 確認コード
member-confirm-hint = 6桁の数字です。
member-confirm = 配信を始める
member-need-code = 6桁の数字を入力してください。
member-confirmed-title = 確認コードを受け付けました
member-confirmed = コードが正しければ、配信を始めたことをメールでお知らせします。
member-confirmed-wrong = 数分たってもメールが届かない場合は、コードをお確かめのうえもう一度入力するか、お申し込みからやり直してください。
member-ack-title = 受領の確認
member-ack-lead = お送りした脆弱性の情報を受け取られた方は、下のボタンを押してください。
member-ack-digits = メールに書かれている2桁の数字
member-ack-digits-hint = 「2桁の数字」の欄にあります。
member-ack = 受領しました
member-ack-other = このページをお使いになれない場合は、メールに確認コードを書いて返信するか、メールにある問い合わせ先にお知らせください。
member-need-digits = メールに書かれている2桁の数字を入力してください。
member-acked-title = ありがとうございました
member-acked = 受領のご連絡を承りました。
member-acked-more = 最新の内容は、ウェブページでご確認ください。
member-stop-title = 配信の停止
member-stop-ask = このメールアドレスへの配信をすべて停止するには、下の欄に「停止」と入力して送信してください。
member-stop-unclear = まだ何も変わっていません。「停止」と入力して送信してください。
member-stop-noted = 承りました。このメールアドレスへの配信をすべて停止します。
member-stop-later = ただいま受け付けられません。しばらくしてからお試しください。
member-stop-label = 「停止」と入力
member-stop = 送信
member-mail-confirm-subject = 配信の申込みの確認
member-mail-confirm-text =
    { $name }です。

    このアドレスで、脆弱性情報の配信の申込みがありました。
    配信する範囲: { $scope }

    お申し込みになった方は、次のページを開き、
    確認コードを入力してください。
    { $address }

    確認コード: { $code }

    3日を過ぎると無効になります。
    お心当たりがない場合は、何もなさらなくて結構です。
    配信は始まりません。

    { $name }
    連絡先: { $contact }
member-mail-welcome-subject = 配信を始めました
member-mail-welcome-text =
    { $name }です。

    脆弱性情報の配信を始めました。
    配信する範囲: { $scope }

    このメールアドレスへの配信をすべて停止するときは、次のページをお使いください。
    { $unsubscribe }

    { $name }
    連絡先: { $contact }
member-mail-scope-everything = すべての情報
member-mail-kind-vendor = 申し込みのときに入力された製品開発者の情報
member-mail-kind-product = 申し込みのときに入力された製品の情報
member-mail-scope-vendor = 製品開発者「{ $name }」の情報
member-mail-scope-product = 製品「{ $name }」の情報
