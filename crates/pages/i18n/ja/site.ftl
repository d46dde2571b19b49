# Front page, lists, about, not found, and the mail folder.
front-open = 日本語のページを開く
front-lead = 脆弱性の情報と対策をお知らせするサイトです。
home-lead = ソフトウェアなどの脆弱性について、影響と対策をお知らせします。
home-recent = 最近公開または更新した情報
home-empty = 公開した情報はまだありません。
home-all = すべての情報を見る
home-about = 文書が本物であることの確かめ方や、更新の受け取り方は「このサイトについて」をご覧ください。

list-title = 脆弱性情報の一覧
list-title-year = { $year }年の脆弱性情報
list-newest = 新しい順に最大 { $n } 件を表示しています。それより前の情報は、年を選んでご覧ください。
list-all-years = 新しい情報
list-year = { $year }年
list-count = { $n } 件
list-empty = この一覧に載せる情報はありません。
entry-severity = 深刻度: { $severity }
entry-revision = 第{ $n }版
entry-vendors = 掲載ベンダ { $n } 社

about-title = このサイトについて
about-who = 運営者
about-who-text = { $name }は、ソフトウェアなどの脆弱性について、発見者と製品開発者のあいだの調整を行い、対策の情報を公表しています。
about-contact = お問い合わせ
about-contact-text = ご質問、誤りのご指摘、脆弱性の届出のご相談は、次の連絡先へお寄せください。
about-verify = 文書が本物であることの確かめ方
about-verify-text = 公表した文書には、次の鍵による OpenPGP の電子署名を付けています。
about-fingerprint = 鍵の指紋（フィンガープリント）
about-fingerprint-text = 指紋は、電話や印刷物など、このサイト以外の方法でもお確かめください。
about-keys = 公開鍵
about-keys-advisory = 文書（署名付きテキスト、JSON、CSAF）の署名鍵
about-keys-log = 公表の記録（SHA256SUMS、ページ）の署名鍵。文書の鍵とは別の鍵です。
about-verify-noroshi = サイト全体を保存したフォルダーは、次のコマンドで確認できます。PATH は保存した場所に置き換えてください。
about-verify-gpg = GnuPG をお使いの場合は、公開鍵を読み込んだうえで、署名付きテキストを1つずつ次のコマンドで確認できます。
about-verify-gpg-note = 表示された主鍵の指紋（Primary key fingerprint）が、上の指紋と同じであることを必ずご確認ください。副鍵の指紋は異なります。
about-feeds = 更新の受け取り方
about-feeds-text = フィードリーダーや自動の収集には、次のアドレスをお使いください。
about-feeds-atom = Atom フィード
about-feeds-csaf = CSAF 提供者情報
about-offline = 通信できないとき
about-offline-text = このサイトのページは、USB メモリーなどに保存しても読むことができます。

not-found-title = ページが見つかりません
not-found-text = アドレスが変わったか、まだ公開していない可能性があります。一覧からお探しください。

mailbox-title = フォルダーに保存したメール
mailbox-text = 送信する代わりにファイルとして保存したメールです。新しいものが上にあります。
mailbox-caption = 保存したメール
mailbox-region = 保存したメールの表（横に動かせます）
mailbox-at = 日時
mailbox-to = 宛先
mailbox-subject = 件名
mailbox-no-subject = （件名なし）
mailbox-empty = 保存したメールはありません。
mailbox-one = メール { $name }
mailbox-one-region = メールの内容（横に動かせます）
mailbox-back = メールの一覧に戻る
