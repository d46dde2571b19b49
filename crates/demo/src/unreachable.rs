//! Case 4: a developer whom seven attempts did not reach.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::script::Script;
use crate::tables::{Arrival, Revision, Story, words};
use engine::Fault;

const ARRIVAL: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Form,
    days_ago: 420,
    text: "個人の方が配っている掲示板の CGI で、投稿した文字がそのまま画面に戻ってきます。読んだ人の画面で、こちらの書いたものが動いてしまいました。作者の方の連絡先は古く、届いていないようです。",
    finder: None,
    contact: Some("keijiban-kanri@watashibacho-pc.example"),
    asked: None,
    parts: &[
        (Class::V, "投稿の題の欄で、出力の際の置き換えが抜けている。"),
        (Class::W, "掲示板を止める。"),
    ],
};

/// Days ago, way and outcome of the attempts.
const ATTEMPTS: &[(u32, ContactChannel, ContactResult)] = &[
    (410, ContactChannel::Mail, ContactResult::Tried),
    (396, ContactChannel::Mail, ContactResult::Tried),
    (375, ContactChannel::Mail, ContactResult::Undeliverable),
    (368, ContactChannel::Form, ContactResult::Tried),
    (350, ContactChannel::Registrar, ContactResult::Tried),
    (322, ContactChannel::Post, ContactResult::Undeliverable),
    (310, ContactChannel::Phone, ContactResult::Undeliverable),
];

const STORY: Story = Story {
    audience: Audience::Administrator,
    damage: &[Damage::Tampering, Damage::Leak],
    cve: &["CVE-1900-0004"],
    vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    score: 6.1,
    references: &[],
    revisions: &[Revision {
        days_ago: 12,
        stage: AdvisoryStage::Final,
        threat: Threat::NoneKnown,
        severity: Severity::Warning,
        words: &[
            words(
                Field::Title,
                "縁側掲示板におけるクロスサイトスクリプティングの脆弱性（製品開発者と連絡不能）",
                "Cross-site scripting in Engawa BBS (developer unreachable)",
            ),
            words(
                Field::Summary,
                "縁側掲示板には、クロスサイトスクリプティングの脆弱性があります。製品開発者と連絡がとれないため、使用を停止してください。",
                "Engawa BBS has a cross-site scripting vulnerability. Its developer cannot be reached: please stop using it.",
            ),
            words(
                Field::Details,
                "ころころ工房が提供する縁側掲示板は、ウェブサイトに掲示板を設置するための CGI です。投稿内容の表示に不備があり、クロスサイトスクリプティングの脆弱性があります。",
                "Engawa BBS by Korokoro Kobo is a CGI program that adds a bulletin board to a website. It shows what was posted without escaping all of it.",
            ),
            words(
                Field::Affected,
                "縁側掲示板 Ver 1.8 およびそれ以前のすべての版",
                "Engawa BBS version 1.8 and everything before it",
            ),
            words(
                Field::Check,
                "掲示板の画面の下端に「縁側掲示板」と表示されていれば該当します。",
                "You are affected if the foot of your bulletin board says 縁側掲示板.",
            ),
            words(
                Field::Impact,
                "掲示板を閲覧した利用者のウェブブラウザ上で、任意のスクリプトを実行されるおそれがあります。",
                "Scripts of somebody else may run in the browsers of people who read the board.",
            ),
            words(
                Field::Workaround,
                "使用を停止してください。\n修正版は提供されていません。掲示板の CGI をサーバから取り除き、必要であれば別の製品への移行をご検討ください。",
                "Stop using this product.\nThere is no fixed version. Remove the CGI program from your server and consider another product if you need one.",
            ),
            words(
                Field::SideEffects,
                "CGI を取り除くと、過去の投稿も表示されなくなります。必要な投稿は事前に保存してください。",
                "Earlier posts can no longer be read once the program is removed. Save what you need first.",
            ),
            words(
                Field::Detection,
                "身に覚えのないタグを含む投稿がないか、投稿の保存ファイルを確認してください。",
                "Look in the file of posts for tags that nobody of yours has written.",
            ),
            words(
                Field::Note,
                "製品開発者には、電子メール、問い合わせフォーム、ドメインの登録者、郵便、電話により7回連絡を試みましたが、応答がありませんでした。製品開発者名と製品名を公表して情報の提供を呼びかけたのち、公表判定を経て本情報を公表しました。お心当たりの方は、当センターまでご連絡ください。",
                "Seven attempts to reach the developer, by mail, web form, domain registrar, post and telephone, remained unanswered. The developer's and the product's names were made known with a call for information; this advisory follows a judgement on publication. If you can reach the developer, please tell us.",
            ),
            words(
                Field::Actions,
                "掲示板を設置している方 | 縁側掲示板の使用を停止する | すみやかに",
                "Whoever runs the board | stop using Engawa BBS | as soon as possible",
            ),
        ],
    }],
};

/// Plays the case.
pub async fn play(script: &mut Script<'_>) -> Result<(String, String, String), Fault> {
    let opened = script.open(&ARRIVAL).await?;
    let developer = script.join(opened.case, "korokoro", Part::Vendor, script.ago(412));
    for (days_ago, channel, result) in ATTEMPTS {
        script.attempt(developer, *channel, *result, script.ago(*days_ago));
    }
    script.perform().await?;
    script.publish(opened.case, &STORY, 0).await?;
    Ok(STORY.entry(opened.number))
}
