# Mails. Lines of plain text stay below 38 full-width characters.
mail-subject = [{ $digit }] { $about }
mail-about = [TLP:CLEAR] { $marks }{ $id } 第{ $n }版: { $title }
mail-mark-archive = 【過去の事例】
mail-mark-fictional = 【架空】
mail-mark-exercise = 【訓練】
mail-web = ウェブページで全文を読む
mail-unsigned = このメールの HTML 部分は、読みやすくするためのものです。電子署名はテキスト部分に付いています。
mail-latest = 最新の内容はウェブページでご確認ください。
mail-personal =
    ここから下は電子署名の対象ではありません。
    受信される方ごとに異なるご案内です。

    ■ 受領の確認
    受け取られたら、次のページで「受領しました」を押してください。
    { $acknowledge }
    2桁の数字（ページで尋ねられた場合のみ）: { $digits }
    ページをお使いになれない場合は、
    次の5桁に、件名の [ ] に入った数字1桁を続けた
    6桁の確認コードを、このメールへの返信か
    次の連絡先へお知らせください。
    確認コード: { $code } と、件名の数字1桁
    { $contact }

    ■ 配信の停止
    次のアドレスから手続きできます。
    { $unsubscribe }

    整理番号: { $reference }
mail-invitation-subject = [TN#{ $tn }] セキュリティの連絡窓口のご確認のお願い（{ $name }）
mail-invitation-text =
    { $to }
    セキュリティご担当者 様

    平素よりお世話になっております。
    { $name }の調整担当です。

    貴組織の製品またはウェブサイトに関して
    お伝えしたいことがあり、
    連絡窓口を確認しております。
    内容には取扱いに注意を要する情報が含まれるため、
    本メールには記載しておりません。

    お手数ですが、次のページを開き、
    下の確認コードを入力してください。

    { $link }

    確認コード: { $code }

    リンクの有効期間は 14 日間で、一度だけ使えます。
    ご担当が異なる場合は、転送せずに、
    担当される方の連絡先をお知らせください。

    ページをご利用になれない場合は、ご担当の部署とお名前、
    折り返しお電話できる番号と時間帯を、
    本メールへの返信でお知らせください。
    件名の [TN#{ $tn }] は残してください。

    本メールが{ $name }からのものであることは、
    次のページに掲載の連絡先でも
    ご確認いただけます。
    { $portal }/ja/about.html

    { $name }
    連絡先: { $contact }
    署名鍵の指紋: { $fingerprint }
