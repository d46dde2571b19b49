//! Case 8: a vendor's own report whose first fix broke something, and an advisory that was withdrawn.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::script::Script;
use crate::tables::{Arrival, Revision, Said, Seat, Story, seat, words};
use engine::Fault;
use engine::command::Command;
use engine::coordination::command as case;

const OWN: Arrival = Arrival {
    kind: ReportKind::OwnProduct,
    channel: ContactChannel::Form,
    days_ago: 80,
    text: "自社製品の届出です。会計の製品の常駐部分が、一般の利用者からの指示を管理者の力で実行してしまうことを、社内の点検で見つけました。直した版を準備しています。",
    finder: None,
    contact: Some("psirt@nanamagari.example"),
    asked: None,
    parts: &[
        (Class::V, "常駐部分が、指示を出した利用者を確かめない。"),
        (Class::W, "常駐部分を止める。"),
    ],
};

const ACCOUNTING: &str = "算木会計";
const VERSIONS: &str = ">= 3.0, < 3.2";

const OWN_STORY: Story = Story {
    audience: Audience::GeneralUser,
    damage: &[Damage::PrivilegeEscalation],
    cve: &["CVE-1900-0008"],
    vector: "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    score: 7.8,
    references: &[(
        "https://support.nanamagari.example/sangi/3-2-1",
        "七曲ソフトウエア株式会社 / Nanamagari Software Inc.",
    )],
    revisions: &[
        Revision {
            days_ago: 35,
            stage: AdvisoryStage::Final,
            threat: Threat::NoneKnown,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Title,
                    "算木会計における権限昇格の脆弱性",
                    "Privilege escalation in Sangi Kaikei accounting software",
                ),
                words(
                    Field::Summary,
                    "七曲ソフトウエア株式会社が提供する算木会計には、権限昇格の脆弱性があります。",
                    "Sangi Kaikei, accounting software by Nanamagari Software, has a privilege escalation vulnerability.",
                ),
                words(
                    Field::Details,
                    "算木会計の常駐サービスには、アクセス権の確認に不備があります。本件は、製品開発者自身の届出によるものです。",
                    "A background service of Sangi Kaikei checks access rights incorrectly. The vendor reported this itself.",
                ),
                words(
                    Field::Affected,
                    "算木会計 3.0 から 3.1.8 まで",
                    "Sangi Kaikei 3.0 to 3.1.8",
                ),
                words(
                    Field::Check,
                    "算木会計のメニューから「ヘルプ」「版の情報」を開き、版を確認してください。",
                    "In Sangi Kaikei, open Help, Version and read the version.",
                ),
                words(
                    Field::Impact,
                    "算木会計を導入したコンピュータにログインできる利用者によって、管理者権限を取得されるおそれがあります。",
                    "A user who can log in to the computer may gain administrator rights.",
                ),
                words(
                    Field::Fix,
                    "算木会計を 3.2 に更新してください。",
                    "Update Sangi Kaikei to 3.2.",
                ),
                words(
                    Field::Workaround,
                    "更新できるまでの間、算木会計を導入したコンピュータを、信頼できる利用者だけで使ってください。",
                    "Until you can update, let only people you trust use the computer.",
                ),
                words(Field::SideEffects, "なし", "None known."),
                words(
                    Field::Detection,
                    "この脆弱性に固有の痕跡は知られていません。",
                    "No trace is known that is particular to this vulnerability.",
                ),
                words(
                    Field::ThreatNote,
                    "悪用は確認していません。",
                    "No exploitation is known.",
                ),
                words(
                    Field::Actions,
                    "算木会計をお使いの方 | 3.2 に更新する | 2週間以内",
                    "Users of Sangi Kaikei | update to 3.2 | within two weeks",
                ),
            ],
        },
        Revision {
            days_ago: 28,
            stage: AdvisoryStage::Updated,
            threat: Threat::NoneKnown,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Fix,
                    "算木会計を 3.2.1 に更新してください。3.2 でも脆弱性は修正されていますが、源泉徴収票を印刷できません。",
                    "Update Sangi Kaikei to 3.2.1. Version 3.2 removes the vulnerability too, but cannot print withholding tax certificates (源泉徴収票).",
                ),
                words(
                    Field::SideEffects,
                    "3.2 に更新すると、源泉徴収票の印刷が途中で止まります。3.2 を適用済みの方は、3.2.1 に更新してください。入力したデータは失われません。",
                    "With 3.2, printing withholding tax certificates stops half-way. If you have 3.2, update to 3.2.1. No data is lost.",
                ),
                words(
                    Field::Actions,
                    "算木会計をお使いの方 | 3.2.1 に更新する | 2週間以内\n3.2 に更新済みの方 | 源泉徴収票を印刷する前に 3.2.1 に更新する | 次の印刷まで",
                    "Users of Sangi Kaikei | update to 3.2.1 | within two weeks\nUsers who have 3.2 | update to 3.2.1 before printing certificates | before the next printing",
                ),
                words(
                    Field::RevisionReason,
                    "3.2 で源泉徴収票を印刷できない不具合が判明したため、修正方法を 3.2.1 に改め、「対策を行う際の注意」を追加しました。",
                    "Version 3.2 fails to print withholding tax certificates: the fix is now 3.2.1, and advice on the update was added.",
                ),
            ],
        },
    ],
};

const VIEWER: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Form,
    days_ago: 110,
    text: "写真を見る道具で、壊れた画像を開くと落ちました。落ちる場所が毎回同じなので、危ない気がします。",
    finder: None,
    contact: None,
    asked: None,
    parts: &[
        (Class::V, "壊れた画像の大きさの欄を信じて領域を取る。"),
        (Class::W, "出どころの分からない画像を開かない。"),
    ],
};

const VIEWER_SEATS: &[Seat] = &[seat(
    "kagaribino",
    Said::Fixed {
        product: "かげろう",
        versions: "< 1.6.2",
        fixed_in: "1.6.2",
    },
)];

const VIEWER_STORY: Story = Story {
    audience: Audience::GeneralUser,
    damage: &[Damage::CodeExecution],
    cve: &["CVE-1900-0009"],
    vector: "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
    score: 7.8,
    references: &[],
    revisions: &[
        Revision {
            days_ago: 50,
            stage: AdvisoryStage::Final,
            threat: Threat::NoneKnown,
            severity: Severity::Warning,
            words: &[
                words(
                    Field::Title,
                    "画像閲覧ソフト「かげろう」における任意のコード実行の脆弱性",
                    "Arbitrary code execution in the image viewer Kagero",
                ),
                words(
                    Field::Summary,
                    "株式会社篝火野ソフトが提供する画像閲覧ソフト「かげろう」には、任意のコード実行の脆弱性があります。",
                    "The image viewer Kagero by Kagaribino Soft has a vulnerability that allows arbitrary code execution.",
                ),
                words(
                    Field::Details,
                    "「かげろう」には、画像ファイルの処理に不備があります。",
                    "Kagero handles image files incorrectly.",
                ),
                words(
                    Field::Affected,
                    "かげろう 1.6.2 より前の版",
                    "Kagero before 1.6.2",
                ),
                words(
                    Field::Impact,
                    "細工された画像ファイルを開くと、任意のコードを実行されるおそれがあります。",
                    "Opening a crafted image file may run arbitrary code.",
                ),
                words(
                    Field::Fix,
                    "かげろうを 1.6.2 に更新してください。",
                    "Update Kagero to 1.6.2.",
                ),
                words(Field::SideEffects, "なし", "None known."),
                words(
                    Field::Detection,
                    "この脆弱性に固有の痕跡は知られていません。",
                    "No trace is known that is particular to this vulnerability.",
                ),
            ],
        },
        Revision {
            days_ago: 44,
            stage: AdvisoryStage::Withdrawn,
            threat: Threat::NoneKnown,
            severity: Severity::None,
            words: &[
                words(
                    Field::Title,
                    "画像閲覧ソフト「かげろう」における任意のコード実行の脆弱性（取消し）",
                    "Arbitrary code execution in the image viewer Kagero (withdrawn)",
                ),
                words(
                    Field::Summary,
                    "本情報は取り消しました。再検証の結果、脆弱性ではないことを確認しました。",
                    "This advisory is withdrawn. Verified again, the behaviour is not a vulnerability.",
                ),
                words(
                    Field::Details,
                    "壊れた画像を開くと「かげろう」は終了しますが、領域を越えた書き込みは起こらず、コードは実行されません。",
                    "Kagero ends when it opens a damaged image, but nothing is written out of bounds and no code runs.",
                ),
                words(
                    Field::Affected,
                    "該当する版はありません。",
                    "No version is affected.",
                ),
                words(
                    Field::Impact,
                    "セキュリティ上の影響はありません。",
                    "There is no effect on security.",
                ),
                words(
                    Field::Fix,
                    "対策は不要です。1.6.2 に更新済みの場合も、元の版に戻す必要はありません。",
                    "Nothing need be done. If you have updated to 1.6.2, there is no need to go back.",
                ),
                words(
                    Field::RevisionReason,
                    "製品開発者との再検証により、脆弱性ではないことを確認したため、取り消しました。ご迷惑をおかけしたことをお詫びします。",
                    "Withdrawn: verified again together with the vendor, it is not a vulnerability. We apologise for the trouble.",
                ),
            ],
        },
    ],
};

/// Plays both cases.
pub async fn play(script: &mut Script<'_>) -> Result<[(String, String, String); 2], Fault> {
    Ok([own(script).await?, withdrawn(script).await?])
}

/// The vendor reported itself, so nobody had to ask it.
async fn own(script: &mut Script<'_>) -> Result<(String, String, String), Fault> {
    let opened = script.open(&OWN).await?;
    let (vendor, until) = (
        script.join(opened.case, "nanamagari", Part::Vendor, script.ago(77)),
        script.ago(35),
    );
    script.perform().await?;
    let propose = case::ProposeDate {
        case: opened.case.to_string(),
        until,
    };
    script.add(script.ago(75), Command::ProposeDate(propose));
    script.add(
        script.ago(74),
        Command::AgreeDate(case::AgreeDate {
            participant: vendor.to_string(),
        }),
    );
    unasked(script, vendor, "3.2", 45);
    script.publish(opened.case, &OWN_STORY, 0).await?;
    // The same range as before, so the newer answer takes the older one's place.
    unasked(script, vendor, "3.2.1", 30);
    let apology = "3.2 の不具合により、お客様にご迷惑をおかけしました。3.2.1 をご利用ください。";
    script.state(
        vendor,
        StatementKind::Statement,
        Lang::Ja,
        apology,
        true,
        script.ago(29),
    );
    script.publish(opened.case, &OWN_STORY, 1).await?;
    Ok(OWN_STORY.entry(opened.number))
}

fn unasked(script: &mut Script<'_>, vendor: ParticipantId, fixed_in: &str, days_ago: u32) {
    let answer = ProductAnswer {
        product: Some(ACCOUNTING.to_owned()),
        versions: VERSIONS.to_owned(),
        answer: VendorAnswer::Affected,
        fixed_in: Some(fixed_in.to_owned()),
        vulnerability: None,
        because: None,
    };
    let record = case::RecordUnaskedAnswer {
        participant: vendor.to_string(),
        answer,
    };
    script.add(script.ago(days_ago), Command::RecordUnaskedAnswer(record));
}

async fn withdrawn(script: &mut Script<'_>) -> Result<(String, String, String), Fault> {
    let opened = script.open(&VIEWER).await?;
    let ids = script
        .gather(
            opened.case,
            VIEWER_SEATS,
            script.ago(104),
            Some(script.ago(50)),
        )
        .await?;
    script.publish(opened.case, &VIEWER_STORY, 0).await?;
    if let Some(vendor) = ids.first() {
        let answer = ProductAnswer {
            product: Some("かげろう".to_owned()),
            versions: "< 1.6.2".to_owned(),
            answer: VendorAnswer::NotAffected,
            fixed_in: None,
            vulnerability: None,
            because: None,
        };
        let record = case::RecordAnswer {
            participant: vendor.to_string(),
            answer,
            because: None,
        };
        script.add(script.ago(46), Command::RecordAnswer(record));
    }
    script.publish(opened.case, &VIEWER_STORY, 1).await?;
    let close = case::CloseCase {
        case: opened.case.to_string(),
        code: ClosureCode::NotVulnerability,
    };
    script.add(script.ago(43), Command::CloseCase(close));
    script.perform().await?;
    Ok(VIEWER_STORY.entry(opened.number))
}
