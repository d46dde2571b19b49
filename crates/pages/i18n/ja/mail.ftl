# Mails. Lines of plain text stay below 38 full-width characters.
mail-subject = [TLP:CLEAR] { $marks }{ $id } rev { $n }: { $title }
mail-mark-archive = [ARCHIVE]
mail-mark-fictional = 【架空】
mail-mark-exercise = 【訓練】
mail-web = ウェブページで全文を読む
mail-unsigned = このメールの HTML 部分は、読みやすくするためのものです。電子署名はテキスト部分に付いています。
mail-latest = 最新の内容はウェブページでご確認ください。
mail-personal =
    ここから下は電子署名の対象ではありません。
    受信される方ごとに異なるご案内です。

    ■ 受領の確認
    確認コード: { $code }
    受け取られたら、確認コードを書いてこのメールにご返信ください。
    次の連絡先へお電話などで伝えていただいてもかまいません。
    { $contact }

    ■ 配信の停止
    次のアドレスから手続きできます。
    { $unsubscribe }

    整理番号: { $reference }
mail-first-subject = [TN#{ $tn }] 製品セキュリティの連絡窓口のご確認のお願い
mail-first-text =
    { $to }
    製品セキュリティご担当者 御中

    平素よりお世話になっております。
    { $name }の調整担当です。

    貴社の製品に関してお伝えしたいことがあり、
    連絡窓口を確認しております。
    内容には取扱いに注意を要する情報が含まれるため、
    本メールには記載しておりません。

    お手数ですが、次のいずれかを、なるべくお早めに
    本メールへの返信でお知らせください。
    件名の [TN#{ $tn }] は残してください。

    （1）ご担当部署とお名前、電話番号
    （2）暗号化に用いる公開鍵

    本メールが当センターからのものであることは、
    当センターのウェブサイトに掲載の連絡先でも
    ご確認いただけます。
    { $portal }/ja/about.html

    { $name }
    連絡先: { $contact }
    署名鍵の指紋: { $fingerprint }
