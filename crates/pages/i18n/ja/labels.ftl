# Labels of values. The vendor labels follow docs/design/japanese-practice.md §3.3.
status-interim = 暫定版
status-final = 最終版
status-updated = 更新版
status-withdrawn = 取消し
status-interim-note = 調査は続いています。内容が変わることがあります。
status-withdrawn-note = この文書は取り消されました。

audience-administrator = 管理者向け
audience-general = 一般利用者向け
audience-developer = 開発者向け

severity-not-recorded = 記録なし
severity-none = なし
severity-caution = 注意
severity-warning = 警告
severity-important = 重要
severity-critical = 緊急

threat-occurring = 悪用を確認（現実に発生）
threat-expected = 悪用の可能性（想定）
threat-none-known = 悪用は確認されていません
threat-not-recorded = 記録なし

damage-denial-of-service = サービスの停止
damage-intrusion = 侵入
damage-code-execution = 任意のコードの実行
damage-leak = 情報の漏えい
damage-tampering = 改ざん
damage-privilege-escalation = 権限の昇格

vendor-notified = 脆弱性情報提供済み
vendor-investigating = 調査中
vendor-vulnerable = 該当製品あり
vendor-vulnerable-fixed = 該当製品あり（対策情報あり）
vendor-not-vulnerable = 該当製品なし
vendor-unknown = 不明
vendor-unreachable = 連絡不能
vendor-notified-note = この件は製品開発者に伝わっていますが、該当の有無についての回答は受け取っていません。影響を受けるかどうかを示すものではありません。
vendor-investigating-note = 影響を受けるかどうかを調査しているとの回答がありました。
vendor-vulnerable-note = 影響を受ける製品があるとの回答がありました。
vendor-vulnerable-fixed-note = 影響を受ける製品があり、修正済みのバージョンがあるとの回答がありました。
vendor-not-vulnerable-note = 影響を受ける製品はないとの回答がありました。
vendor-unknown-note = 影響を受けるかどうかを判断できないとの回答があったか、過去の記録にそのように記されています。
vendor-unreachable-note = さまざまな方法で連絡を試みましたが、連絡がとれないと判断しました。

product-known-affected = 影響を受ける
product-known-not-affected = 影響を受けない
product-under-investigation = 調査中
product-fixed = 修正済みバージョンあり
