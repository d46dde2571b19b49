//! Case 7: a library in the products of thirty-eight vendors in five countries; it publishes itself.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::inside;
use crate::script::Script;
use crate::tables::{Arrival, Revision, Said, Seat, Story, seat, words};
use engine::Fault;

const ARRIVAL: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Form,
    days_ago: 92,
    text: "通信を守る部品を読んでいて、相手の身元を調べる手順が一か所飛ばされることに気づきました。この部品は国内外のたくさんの機器に入っています。名前は出さないでください。",
    finder: None,
    contact: None,
    asked: Some((
        "お調べになった部品の版を教えてください。",
        "手元で読んだのは 2.3 です。一つ前も同じ書き方でした。",
    )),
    parts: &[
        (
            Class::V,
            "中間の証明書の用途を確かめる手順が、ある条件で飛ばされる。",
        ),
        (Class::A, "条件をそろえるための手順（封をして保管）。"),
        (Class::W, "接続先の証明書を固定する。"),
    ],
};

const DUPLICATE: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Mail,
    days_ago: 41,
    text: "弊社の受け入れ試験で、通信の部品が本来断るべき相手とつながってしまう組み合わせを見つけました。部品の提供元が分からないため、そちらへお知らせします。",
    finder: Some("試験担当"),
    contact: Some("hinshitsu@orizuruno.example"),
    asked: None,
    parts: &[],
};

const fn fixed(product: &'static str, versions: &'static str, fixed_in: &'static str) -> Said {
    Said::Fixed {
        product,
        versions,
        fixed_in,
    }
}

const fn affected(product: &'static str, versions: &'static str) -> Said {
    Said::Affected { product, versions }
}

const fn looking(product: &'static str) -> Said {
    Said::Looking { product }
}

/// Thirty-eight vendors of Japan, Germany, Norway, the Netherlands and Finland; nine are silent.
const SEATS: &[Seat] = &[
    seat(
        "kagaribino",
        fixed("さざなみ (Sazanami TLS)", "< 2.4.1", "2.4.1"),
    ),
    seat(
        "nagino",
        fixed("ナギノ NR-3000 シリーズ", "< 21.08", "21.08"),
    ),
    seat("mizukagami", fixed("水鏡ゲートウェイ", "< 6.2", "6.2")),
    seat(
        "ukihashi",
        fixed("浮橋 VPN クライアント", "< 3.9.4", "3.9.4"),
    ),
    seat("aizomeno", fixed("藍ゲート 2", "< 1.3.0", "1.3.0")),
    seat("kasumiganuma", fixed("KR-80 無線ルータ", "< 5.02", "5.02")),
    seat("tsuzuraori", fixed("葛折野メール", "< 8.1.2", "8.1.2")),
    seat("tarnhoehe", fixed("TNT-Edge", "< 4.6.0", "4.6.0")),
    seat("skogvarden", fixed("Skogvarden Post", "< 2.2", "2.2")),
    seat("zwaluwendijker", fixed("ZN Router", "< 9.0.1", "9.0.1")),
    seat("wilgenhoekse", fixed("Wilg Backup", "< 3.3", "3.3")),
    seat("hallaojan", fixed("Hallaoja V5", "< 1.7", "1.7")),
    seat("gangizawa", affected("GZ 表示端末", "<= 1.9")),
    seat("mozuhara", affected("MIO-210", "<= 1.22")),
    seat("kokenohashi", affected("苔ノ橋組込スタック", "<= 2.0")),
    seat("lohmuehlenfelder", affected("LG-Zähler 7", "<= 3.1")),
    seat("chidorigasu", affected("千鳥カメラ C4", "all")),
    seat("muteki", Said::NotAffected),
    seat("nanamagari", Said::NotAffected),
    seat("mukudoridai", Said::NotAffected),
    seat("oborozaka", Said::NotAffected),
    seat("eschenwarder", Said::NotAffected),
    seat("haapakallionniemi", Said::NotAffected),
    seat("suzunari", looking("鈴鳴 受発注")),
    seat("kamisukizawa", looking("紙漉沢 文書管理")),
    seat("lysvikneset", looking("Lysvik Sensor")),
    seat("shigurezaka", Said::Unsure),
    seat("usuraino", Said::Seen),
    seat("dreibirkener", Said::Seen),
    seat("yomogase", Said::Silent),
    seat("nadameguri", Said::Silent),
    seat("yunagigaoka", Said::Silent),
    seat("tsukimigatsuji", Said::Silent),
    seat("tobiishigawa", Said::Silent),
    seat("kutsukakemori", Said::Silent),
    seat("shioyokegahara", Said::Silent),
    seat("tindevassbu", Said::Silent),
    seat("rietvinkeveen", Said::Silent),
];

const STORY: Story = Story {
    audience: Audience::Developer,
    damage: &[Damage::Leak, Damage::Tampering],
    cve: &["CVE-1900-0007"],
    vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    score: 7.4,
    references: &[(
        "https://support.kagaribino.example/sazanami/2-4-1",
        "株式会社篝火野ソフト / Kagaribino Soft Co., Ltd.",
    )],
    revisions: &[Revision {
        days_ago: 0,
        stage: AdvisoryStage::Final,
        threat: Threat::Expected,
        severity: Severity::Important,
        words: &[
            words(
                Field::Title,
                "TLS ライブラリ「さざなみ」を使用する複数の製品における証明書検証不備の脆弱性",
                "Improper certificate validation in products using the Sazanami TLS library",
            ),
            words(
                Field::Summary,
                "TLS ライブラリ「さざなみ」には、サーバ証明書の検証が不十分な脆弱性があります。このライブラリを使用する多数の製品が影響を受けます。",
                "The TLS library Sazanami does not fully validate server certificates. Many products that use it are affected.",
            ),
            words(
                Field::Details,
                "「さざなみ」2.4.1 より前の版は、証明書チェーンの検証に不備があり、本来信頼すべきでない証明書を受け入れることがあります。",
                "Sazanami before 2.4.1 does not validate certificate chains correctly and may accept a certificate that it should not trust.",
            ),
            words(
                Field::Affected,
                "「さざなみ」2.4.1 より前の版を使用する製品。製品ごとの状況は「ベンダ情報」をご覧ください。",
                "Products that use Sazanami before 2.4.1. See the vendors below for each product.",
            ),
            words(
                Field::Check,
                "製品の「版の情報」や「使用しているソフトウエア」に「さざなみ」または「Sazanami」の記載があるか確認してください。記載がない場合は、製品開発者にお問い合わせください。",
                "Look for Sazanami in the product's version or third-party information. If it says nothing, ask the vendor.",
            ),
            words(
                Field::Impact,
                "通信経路上の第三者によって、暗号通信を盗聴されたり、改ざんされたりするおそれがあります。",
                "Somebody on the network path may read or change encrypted traffic.",
            ),
            words(
                Field::Fix,
                "開発者は「さざなみ」を 2.4.1 に更新してください。利用者は、各製品開発者が提供する対策版に更新してください。",
                "Developers: update Sazanami to 2.4.1. Users: update your products as their vendors describe.",
            ),
            words(
                Field::Workaround,
                "対策版が提供されるまでの間、信頼できないネットワークから当該製品を使わないでください。",
                "Until a fix is available, do not use affected products over networks that you do not trust.",
            ),
            words(
                Field::SideEffects,
                "更新後は、正しくない証明書を使う接続先とつながらなくなります。自組織で発行した証明書の用途の設定を確認してください。",
                "After the update, connections to servers with improper certificates fail. Check the key usage of certificates that you issue yourselves.",
            ),
            words(
                Field::Detection,
                "利用者の側で、過去の悪用を確実に見分ける方法は知られていません。",
                "No reliable way is known for users to tell whether they were attacked.",
            ),
            words(
                Field::ThreatNote,
                "悪用は確認していません。技術的な解説が近く講演で公表される予定です。",
                "No exploitation is known. A talk with technical details is announced for the near future.",
            ),
            words(
                Field::Actions,
                "製品の開発者 | 「さざなみ」を 2.4.1 に更新し、対策版を提供する | 講演の日まで\nシステム管理者 | 使用している製品を「ベンダ情報」と照合する | 1週間以内",
                "Developers | update Sazanami to 2.4.1 and release fixed versions | before the talk\nSystem administrators | compare your products with the vendors below | within a week",
            ),
        ],
    }],
};

/// Plays the case up to its approved plan; answers its number.
pub async fn play(script: &mut Script<'_>, until: Instant) -> Result<String, Fault> {
    let opened = script.open(&ARRIVAL).await?;
    let abroad = script.join(
        opened.case,
        "csirt-hallavuori",
        Part::Coordinator,
        script.ago(80),
    );
    script.attempt(
        abroad,
        ContactChannel::Mail,
        ContactResult::Reached,
        script.ago(80),
    );
    script
        .gather(opened.case, SEATS, script.ago(84), Some(until))
        .await?;
    inside::duplicate(script, &DUPLICATE, opened.case);
    script.prepare(opened.case, &STORY, 0, until, 1).await?;
    Ok(opened.number)
}
