//! Case 1: an operating system, one vendor, and a worm three days after publication.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::cast::MUTEKI_OS;
use crate::script::Script;
use crate::tables::{Arrival, Revision, Said, Seat, Story, seat, words};
use engine::Fault;
use engine::command::Command;
use engine::coordination::command as case;
use engine::distribution::command as distribution;
use engine::kernel::ids::advisory_id;

const ARRIVAL: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Form,
    days_ago: 96,
    text: "検証用に組んだ環境で、共有フォルダの待受プログラムに長い名前を渡したところ、プログラムが落ちました。落ち方から見て、外から動きを乗っ取れるおそれがあると考えています。",
    finder: Some("研究者"),
    contact: Some("lab@todaimori-univ.example"),
    asked: None,
    parts: &[
        (
            Class::V,
            "共有サービスが、受け取った名前の長さを確かめずに作業領域へ写し取る。",
        ),
        (
            Class::T,
            "手元の検証環境に限り、境界を一文字ずつ伸ばして停止する長さを調べた。",
        ),
        (
            Class::W,
            "共有サービスの待受ポートを境界で閉じれば届かない。",
        ),
    ],
};

const SEATS: &[Seat] = &[seat(
    "muteki",
    Said::Fixed {
        product: MUTEKI_OS,
        versions: ">= 4.0, < 4.2.7",
        fixed_in: "4.2.7",
    },
)];

const STORY: Story = Story {
    audience: Audience::Administrator,
    damage: &[
        Damage::Intrusion,
        Damage::CodeExecution,
        Damage::DenialOfService,
    ],
    cve: &["CVE-1900-0001"],
    vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    score: 9.8,
    references: &[(
        "https://support.muteki.example/security/fs-4-2-7",
        "株式会社霧笛電子計算機 / Muteki Computer Corporation",
    )],
    revisions: &[
        Revision {
            days_ago: 21,
            stage: AdvisoryStage::Final,
            threat: Threat::Expected,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Title,
                    "霧笛 OS のファイル共有機能におけるバッファオーバーフローの脆弱性",
                    "Buffer overflow in the file-sharing service of Muteki OS",
                ),
                words(
                    Field::Summary,
                    "霧笛 OS のファイル共有機能には、バッファオーバーフローの脆弱性があります。ネットワーク経由で、認証なしに任意のコードを実行されるおそれがあります。",
                    "The file-sharing service of Muteki OS has a buffer overflow. Somebody on the network can run code on the computer without logging in.",
                ),
                words(
                    Field::Details,
                    "霧笛 OS のファイル共有機能は、接続元から渡されたファイル名の処理に不備があり、確保した領域を越えて書き込むことがあります。ファイル共有機能は初期設定で有効です。",
                    "The service handles file names from its peers incorrectly and can write beyond the space it set aside. File sharing is switched on by default.",
                ),
                words(
                    Field::Affected,
                    "霧笛 OS 4.0 から 4.2.6 まで",
                    "Muteki OS 4.0 to 4.2.6",
                ),
                words(
                    Field::Check,
                    "「設定」の「このコンピュータについて」で版を確認してください。4.2.7 より前で、ファイル共有が「入」であれば該当します。",
                    "Open Settings, About this computer. You are affected if the version is below 4.2.7 and file sharing is on.",
                ),
                words(
                    Field::Impact,
                    "遠隔の第三者によって、管理者権限で任意のコードを実行されたり、サービスを停止されたりするおそれがあります。",
                    "A remote attacker may run arbitrary code with administrator rights or stop the service.",
                ),
                words(
                    Field::Fix,
                    "製品開発者が提供する情報をもとに、霧笛 OS を 4.2.7 に更新してください。",
                    "Update Muteki OS to 4.2.7, following the vendor's instructions.",
                ),
                words(
                    Field::Workaround,
                    "更新できるまでの間、ファイル共有を「切」にするか、インターネットとの境界でファイル共有の通信を遮断してください。",
                    "Until you can update, turn file sharing off, or block its traffic where your network meets the internet.",
                ),
                words(
                    Field::SideEffects,
                    "更新後に再起動が必要です。ファイル共有を「切」にすると、共有プリンタも使えなくなります。",
                    "A restart is needed after the update. Turning file sharing off also stops shared printers.",
                ),
                words(
                    Field::Detection,
                    "ファイル共有サービスの異常終了が記録されていないか、「システムの記録」を確認してください。",
                    "Look in the system log for abnormal ends of the file-sharing service.",
                ),
                words(
                    Field::ThreatNote,
                    "公表の時点で、悪用は確認していません。",
                    "No exploitation was known at the time of publication.",
                ),
                words(
                    Field::Actions,
                    "システム管理者 | 霧笛 OS を 4.2.7 に更新する | 1週間以内\nネットワーク管理者 | 境界でファイル共有の通信を遮断する | 本日中",
                    "System administrators | update Muteki OS to 4.2.7 | within a week\nNetwork administrators | block file-sharing traffic at the border | today",
                ),
            ],
        },
        Revision {
            days_ago: 18,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Critical,
            words: &[
                words(
                    Field::Title,
                    "霧笛 OS のファイル共有機能におけるバッファオーバーフローの脆弱性（ワーム「ヨナガ」による悪用を確認）",
                    "Buffer overflow in the file-sharing service of Muteki OS, exploited by the Yonaga worm",
                ),
                words(
                    Field::ThreatNote,
                    "公表から3日後に、この脆弱性を悪用して広がるワーム「ヨナガ」を確認しました。利用者が何も操作しなくても感染します。",
                    "Three days after publication we confirmed a worm, Yonaga, that spreads through this vulnerability. Users need do nothing to be infected.",
                ),
                words(
                    Field::Actions,
                    "システム管理者 | 霧笛 OS を 4.2.7 に更新する。できない機器はネットワークから切り離す | 本日中\nネットワーク管理者 | 境界と拠点間でファイル共有の通信を遮断する | 直ちに\n組織の責任者 | 休日前に未更新の台数を確かめる | 明日の正午まで",
                    "System administrators | update Muteki OS to 4.2.7; disconnect what cannot be updated | today\nNetwork administrators | block file-sharing traffic at the border and between sites | at once\nHeads of organisations | learn how many machines are not updated | by noon tomorrow",
                ),
                words(
                    Field::RevisionReason,
                    "ワーム「ヨナガ」による悪用を確認したため、深刻度を「緊急」に改め、題名・脅威・まず行うことを更新しました。",
                    "Exploitation by the Yonaga worm was confirmed: severity raised to critical; title, threat and first actions updated.",
                ),
            ],
        },
        Revision {
            days_ago: 14,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Critical,
            words: &[
                words(
                    Field::Detection,
                    "次のいずれかに当てはまる場合は、感染の疑いがあります。\n・ファイル共有サービスの異常終了が、数分おきに記録されている。\n・近隣の多数の機器に向けた、ファイル共有の接続が続いている。\n・「システムの記録」が空になっている。",
                    "A computer may be infected if one of these holds:\n- the file-sharing service ends abnormally every few minutes;\n- it keeps opening file-sharing connections to many neighbours;\n- its system log is empty.",
                ),
                words(
                    Field::Note,
                    "更新前の機器をネットにつなぐと、更新を取得する前に感染するおそれがあります。境界で通信を遮断したうえで接続するか、更新を収めた媒体をご利用ください。",
                    "A computer that is not updated may be infected before it has fetched the update. Block the traffic at the border before you connect it, or update it from a disc.",
                ),
                words(
                    Field::RevisionReason,
                    "侵害の検知方法と、更新前の機器を接続する際の注意を追加しました。",
                    "Added how to detect an infection, and advice on connecting computers that are not yet updated.",
                ),
            ],
        },
        Revision {
            days_ago: 6,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Critical,
            words: &[
                words(
                    Field::Fix,
                    "製品開発者が提供する情報をもとに、霧笛 OS を 4.2.7 に更新してください。感染した機器は、更新の前に製品開発者の駆除手順に従ってください。",
                    "Update Muteki OS to 4.2.7, following the vendor's instructions. On an infected computer, follow the vendor's removal steps before you update.",
                ),
                words(
                    Field::RevisionReason,
                    "製品開発者が駆除手順を公開したため、修正方法を更新しました。",
                    "The vendor has published removal steps; the fix section was updated.",
                ),
            ],
        },
    ],
};

/// Acknowledged by a reply with the copy's code, of the 24 who got the last revision.
const REPLIES: usize = 19;

/// Plays the case; the last revision's copies are acknowledged by 19 replies and one call.
pub async fn play(script: &mut Script<'_>) -> Result<(String, String, String), Fault> {
    let opened = script.open(&ARRIVAL).await?;
    let ids = script
        .gather(opened.case, SEATS, script.ago(92), Some(script.ago(21)))
        .await?;
    if let Some(vendor) = ids.first() {
        let thanks = "ご利用のお客様にはご不便をおかけします。版 4.2.7 の適用をお願いいたします。";
        script.state(
            *vendor,
            StatementKind::Statement,
            Lang::Ja,
            thanks,
            false,
            script.ago(25),
        );
    }
    for index in 0..STORY.revisions.len() {
        script.publish(opened.case, &STORY, index).await?;
        if index == 0 {
            let observe = case::Observe {
                case: opened.case.to_string(),
                fact: WorldFact::AttacksObserved,
            };
            script.add(script.ago(18), Command::Observe(observe));
        }
    }
    acknowledge(script, advisory_id(opened.case)).await?;
    Ok(STORY.entry(opened.number))
}

async fn acknowledge(script: &mut Script<'_>, advisory: AdvisoryId) -> Result<(), Fault> {
    let last = u32::try_from(STORY.revisions.len()).unwrap_or(1);
    let copies = script.house.copies_of(advisory, last).await?;
    for (count, copy) in copies.into_iter().take(REPLIES + 1).enumerate() {
        let way = if count < REPLIES {
            AckWay::Reply
        } else {
            AckWay::Hand
        };
        let acknowledge = distribution::Acknowledge {
            reference: copy.reference.unwrap_or_default(),
            code: copy.code,
            way,
        };
        script.add(script.ago(5), Command::Acknowledge(acknowledge));
    }
    script.perform().await?;
    Ok(())
}
