//! Case 5: a gateway of control systems, under embargo for three days and four hours more.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::script::Script;
use crate::tables::{Arrival, Revision, Said, Seat, Story, seat, words};
use engine::Fault;

const ARRIVAL: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Phone,
    days_ago: 58,
    text: "設備の点検中、監視用の中継装置に保守の口からつなぐと、名前も合言葉も聞かれずに運転の画面まで入れました。点検先の許しを得て確かめています。",
    finder: Some("点検業者"),
    contact: Some("03-0000-0035"),
    asked: None,
    parts: &[
        (Class::V, "保守用の通信口が、相手を確かめない。"),
        (Class::W, "保守用の通信口を監視網から切り離す。"),
    ],
};

const SEATS: &[Seat] = &[seat(
    "mozuhara",
    Said::Fixed {
        product: "MIO-300 シリーズ",
        versions: "< 2.14",
        fixed_in: "2.14",
    },
)];

const STORY: Story = Story {
    audience: Audience::Administrator,
    damage: &[
        Damage::Intrusion,
        Damage::Tampering,
        Damage::DenialOfService,
    ],
    cve: &["CVE-1900-0005"],
    vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    score: 9.8,
    references: &[(
        "https://support.mozuhara.example/mio-300/2-14",
        "百舌鳥原電機株式会社 / Mozuhara Electric Co., Ltd.",
    )],
    revisions: &[Revision {
        days_ago: 0,
        stage: AdvisoryStage::Final,
        threat: Threat::NoneKnown,
        severity: Severity::Critical,
        words: &[
            words(
                Field::Title,
                "監視制御ゲートウェイ MIO-300 シリーズにおける認証不備の脆弱性",
                "Missing authentication in MIO-300 control gateways",
            ),
            words(
                Field::Summary,
                "百舌鳥原電機株式会社が提供する監視制御ゲートウェイ MIO-300 シリーズには、認証不備の脆弱性があります。",
                "MIO-300 control gateways by Mozuhara Electric do not authenticate users on their maintenance service.",
            ),
            words(
                Field::Details,
                "MIO-300 シリーズの保守サービスには、重要な機能に対する認証が欠けています。",
                "The maintenance service of the MIO-300 series lacks authentication for critical functions.",
            ),
            words(
                Field::Affected,
                "MIO-300 シリーズ ファームウェア 2.14 より前の版",
                "MIO-300 series, firmware before 2.14",
            ),
            words(
                Field::Check,
                "本体の表示部で「情報」を選び、ファームウェアの版を確認してください。",
                "Choose Information on the device's display and read the firmware version.",
            ),
            words(
                Field::Impact,
                "当該製品に接続できる第三者によって、設定を変更されたり、監視や制御を停止されたりするおそれがあります。",
                "Whoever can reach the device may change its settings or stop monitoring and control.",
            ),
            words(
                Field::Fix,
                "製品開発者が提供するファームウェア 2.14 に更新してください。",
                "Update to firmware 2.14 from the vendor.",
            ),
            words(
                Field::Workaround,
                "更新できるまでの間、保守サービスを無効にするか、当該製品を監視制御用のネットワークに隔離してください。",
                "Until you can update, disable the maintenance service, or keep the device on an isolated control network.",
            ),
            words(
                Field::SideEffects,
                "更新中は約8分間、監視が止まります。停止できる時間帯に、現場に人を置いて行ってください。",
                "Monitoring stops for about eight minutes during the update. Choose a time when that is safe, with somebody on site.",
            ),
            words(
                Field::Detection,
                "操作履歴に、作業の予定がない日時の設定変更がないか確認してください。",
                "Look in the operation history for changes made when no work was planned.",
            ),
            words(
                Field::ThreatNote,
                "悪用は確認していません。",
                "No exploitation is known.",
            ),
            words(
                Field::Actions,
                "設備の管理者 | 保守サービスを無効にする | 本日中\n設備の管理者 | ファームウェアを 2.14 に更新する | 次の定期停止まで",
                "Plant operators | disable the maintenance service | today\nPlant operators | update the firmware to 2.14 | by the next planned stop",
            ),
        ],
    }],
};

/// Plays the case up to its approved plan; answers its number.
pub async fn play(script: &mut Script<'_>, until: Instant) -> Result<String, Fault> {
    let opened = script.open(&ARRIVAL).await?;
    script
        .gather(opened.case, SEATS, script.ago(53), Some(until))
        .await?;
    script.prepare(opened.case, &STORY, 0, until, 2).await?;
    Ok(opened.number)
}
