//! Case 2: a weakness of a protocol, twenty-four vendors of whom seven are silent, and years of revisions.

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Damage, Severity, Threat};

use crate::script::Script;
use crate::tables::{Arrival, Revision, Said, Seat, Story, seat, words};
use engine::Fault;

const ARRIVAL: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Mail,
    days_ago: 2_010,
    text: "名前解決の応答が本物かどうかを、いまの実装は十分に見分けられません。外へ出す問い合わせの番号だけでは足りず、偽の答えが残ってしまうことを実験で確かめました。多くの会社の製品が同じ作りです。",
    finder: Some("研究者"),
    contact: Some("lab@todaimori-univ.example"),
    asked: Some((
        "実験は、外部と切り離した環境だけで行われたでしょうか。",
        "はい。閉じた実験網の中だけで確かめ、よその設備には触れていません。",
    )),
    parts: &[
        (
            Class::V,
            "応答の照合に使う値の幅が狭く、推測で一致させることができる。",
        ),
        (Class::A, "照合に使う値を当てるまでの手順（封をして保管）。"),
        (Class::W, "再帰問い合わせを受け付ける相手を絞る。"),
    ],
};

const fn fixed(product: &'static str, versions: &'static str, fixed_in: &'static str) -> Said {
    Said::Fixed {
        product,
        versions,
        fixed_in,
    }
}

const SEATS: &[Seat] = &[
    seat("ukihashi", fixed("浮橋リゾルバ", "< 5.3.1", "5.3.1")),
    seat("mizukagami", fixed("水鏡ネームサーバ", "< 9.4.2", "9.4.2")),
    seat("tarnhoehe", fixed("TNT-Resolver", "< 2.8.0", "2.8.0")),
    seat(
        "nagino",
        fixed("ナギノ NR-2000 シリーズ", "< 12.04", "12.04"),
    ),
    seat("kasumiganuma", fixed("KR-50 無線ルータ", "< 3.11", "3.11")),
    seat("aizomeno", fixed("藍ゲート", "< 4.0.6", "4.0.6")),
    seat("skogvarden", fixed("Skogvarden Navn", "< 1.9", "1.9")),
    seat("zwaluwendijker", fixed("ZN Router", "< 7.2.3", "7.2.3")),
    seat(
        "shigitatsuno",
        Said::Affected {
            product: "ST-1100",
            versions: "<= 2.6",
        },
    ),
    seat(
        "kakinokidani",
        Said::Affected {
            product: "柿回線アダプタ",
            versions: "all",
        },
    ),
    seat(
        "hallaojan",
        Said::Affected {
            product: "Hallaoja V4",
            versions: "<= 4.4",
        },
    ),
    seat("muteki", Said::NotAffected),
    seat("mukudoridai", Said::NotAffected),
    seat("eschenwarder", Said::NotAffected),
    seat("gangizawa", Said::Unsure),
    seat(
        "kazemachigaura",
        Said::Looking {
            product: "風待 DNS",
        },
    ),
    seat("lysvikneset", Said::Seen),
    seat("yomogase", Said::Silent),
    seat("nadameguri", Said::Silent),
    seat("yunagigaoka", Said::Silent),
    seat("tsukimigatsuji", Said::Silent),
    seat("hotarudanizawa", Said::Silent),
    seat("tindevassbu", Said::Silent),
    seat("rietvinkeveen", Said::Silent),
];

const STORY: Story = Story {
    audience: Audience::Administrator,
    damage: &[Damage::Tampering, Damage::Leak],
    cve: &["CVE-1900-0002"],
    vector: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N",
    score: 6.8,
    references: &[(
        "https://resolver-study.example/notes",
        "灯台守大学 計算機研究室 / Todaimori University, Computing Laboratory",
    )],
    revisions: &[
        Revision {
            days_ago: 1_900,
            stage: AdvisoryStage::Final,
            threat: Threat::Expected,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Title,
                    "複数の DNS 実装におけるキャッシュポイズニングの脆弱性（問い合わせ元ポートの固定）",
                    "Multiple DNS implementations vulnerable to cache poisoning (fixed query source port)",
                ),
                words(
                    Field::Summary,
                    "複数の DNS サーバ製品は、問い合わせに用いる送信元ポートを固定しているため、キャッシュポイズニングを受けやすい状態にあります。",
                    "Several DNS servers send all their queries from one port, which makes it easier to poison their cache.",
                ),
                words(
                    Field::Details,
                    "DNS の応答は、問い合わせ番号と送信元ポートで照合されます。送信元ポートが固定されていると、偽の応答が受け入れられる確率が高くなります。これは DNS プロトコルの仕様に由来する問題であり、各製品の対策は緩和策です。",
                    "A DNS answer is matched by its query number and by the port the query came from. If that port never changes, a forged answer is more likely to be accepted. The weakness lies in the protocol itself; what vendors offer is a mitigation.",
                ),
                words(
                    Field::Affected,
                    "再帰的な問い合わせを行う DNS サーバ製品と、これを内蔵するルータ等。詳しくは「ベンダ情報」をご覧ください。",
                    "DNS servers that resolve recursively, and routers that contain one. See the vendors below.",
                ),
                words(
                    Field::Check,
                    "お使いの DNS サーバから外部への問い合わせの送信元ポートが、問い合わせごとに変わるかどうかを確認してください。途中の NAT 装置がポートを固定することもあります。",
                    "See whether the source port changes with each query that leaves your server. A NAT device on the way may fix the port again.",
                ),
                words(
                    Field::Impact,
                    "DNS の情報を書き換えられ、利用者が意図しないサイトへ誘導されるおそれがあります。",
                    "DNS records may be replaced, so that users are led to sites they did not ask for.",
                ),
                words(
                    Field::Fix,
                    "各製品開発者が提供する情報をもとに、送信元ポートを無作為に選ぶ版へ更新してください。",
                    "Update to a version that chooses its source ports at random, as each vendor describes.",
                ),
                words(
                    Field::Workaround,
                    "再帰問い合わせの受付を、自組織の利用者に限ってください。",
                    "Serve recursive queries to your own users only.",
                ),
                words(
                    Field::SideEffects,
                    "更新後は問い合わせに多数のポートを使います。ファイアウォールの設定を見直してください。負荷の高いサーバでは性能が低下することがあります。",
                    "After the update, queries use many ports: review your firewall. Busy servers may become slower.",
                ),
                words(
                    Field::Detection,
                    "照合に失敗した応答の数が急に増えていないか、DNS サーバの統計を確認してください。",
                    "Watch the server's statistics for a sudden rise of answers that match no query.",
                ),
                words(
                    Field::ThreatNote,
                    "公表の時点で、悪用は確認していません。",
                    "No exploitation was known at the time of publication.",
                ),
                words(
                    Field::Note,
                    "本件の公表の範囲については、「もっと広く知らせる」「まず被害を抑える」の二つの意見がありました。協議のうえ、対策版のそろう日に、手法の詳細を含めずに公表しました。",
                    "Two positions were held on how to publish: tell more people, and limit the harm first. It was decided to publish on the day the fixes were ready, without describing the method.",
                ),
                words(
                    Field::Actions,
                    "DNS サーバの管理者 | 対策版に更新する | 30日以内\nネットワーク管理者 | NAT 装置が送信元ポートを固定していないか確認する | 更新と同時に",
                    "DNS administrators | update to a fixed version | within 30 days\nNetwork administrators | check that no NAT device fixes the source port again | together with the update",
                ),
                words(
                    Field::Credit,
                    "灯台守大学 計算機研究室 / Todaimori University, Computing Laboratory",
                    "",
                ),
            ],
        },
        Revision {
            days_ago: 1_560,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Important,
            words: &[
                words(
                    Field::ThreatNote,
                    "海外の調整機関から、この脆弱性を悪用したとみられる事例の報告を受けました。国内の調査では、調べた DNS サーバの 41 % が未対策でした（2,310 台、外部からの問い合わせによる調査）。",
                    "A coordinator abroad reported an incident that appears to exploit this weakness. In Japan, 41 % of the servers examined had no mitigation (2,310 servers, measured by queries from outside).",
                ),
                words(
                    Field::RevisionReason,
                    "悪用とみられる事例の報告を受け、脅威と未対策の割合（41 %）を追記しました。",
                    "An apparent exploitation was reported; threat and share without mitigation (41 %) added.",
                ),
            ],
        },
        Revision {
            days_ago: 820,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Workaround,
                    "再帰問い合わせの受付を、自組織の利用者に限ってください。更新できないルータでは、内蔵の DNS 機能を使わず、接続事業者の DNS サーバを直接指定してください。",
                    "Serve recursive queries to your own users only. On routers that cannot be updated, do not use their DNS function; name your provider's servers directly.",
                ),
                words(
                    Field::RevisionReason,
                    "更新の提供が終わったルータの回避方法を追加しました。未対策の割合は 14 % です（2,280 台）。",
                    "Added a workaround for routers without further updates. The share without mitigation is 14 % (2,280 servers).",
                ),
            ],
        },
        Revision {
            days_ago: 64,
            stage: AdvisoryStage::Updated,
            threat: Threat::Occurring,
            severity: Severity::Important,
            words: &[
                words(
                    Field::Note,
                    "仕様の問題は解決しておらず、実装の対策は緩和策です。未対策の割合は、調査のたびに 41 %、22 %、14 %、10.0 % と下がりました（今回 2,264 台、外部からの問い合わせによる調査）。調査は国内の公開サーバに限るため、組織内部のサーバについては述べていません。",
                    "The protocol's weakness remains; what implementations do is a mitigation. The share without it fell from 41 % to 22 %, 14 % and 10.0 % (2,264 servers this time, measured by queries from outside). Only public servers in Japan were examined; nothing is claimed about servers inside organisations.",
                ),
                words(
                    Field::RevisionReason,
                    "ベンダ情報と未対策の割合（10.0 %）を更新しました。",
                    "Vendor information and the share without mitigation (10.0 %) updated.",
                ),
            ],
        },
    ],
};

/// Plays the case; two vendors answer between revisions.
pub async fn play(script: &mut Script<'_>) -> Result<(String, String, String), Fault> {
    let opened = script.open(&ARRIVAL).await?;
    let ids = script
        .gather(
            opened.case,
            SEATS,
            script.ago(2_000),
            Some(script.ago(1_900)),
        )
        .await?;
    let who = |key: &str| {
        SEATS
            .iter()
            .zip(&ids)
            .find(|(seat, _)| seat.vendor == key)
            .map(|(_, id)| *id)
    };
    if let Some(vendor) = who("mizukagami") {
        let text = "水鏡ネームサーバ 9.4.2 で対策しました。ライセンスをお持ちのお客様は無償で更新いただけます。";
        script.state(
            vendor,
            StatementKind::Statement,
            Lang::Ja,
            text,
            false,
            script.ago(1_905),
        );
    }
    if let Some(vendor) = who("tarnhoehe") {
        let text = "TNT-Resolver 2.8.0 chooses its query ports at random. Maintenance customers have received it.";
        script.state(
            vendor,
            StatementKind::Statement,
            Lang::En,
            text,
            false,
            script.ago(1_905),
        );
        let page = "https://support.tarnhoehe.example/notices/resolver-2-8-0";
        script.state(
            vendor,
            StatementKind::References,
            Lang::En,
            page,
            false,
            script.ago(1_905),
        );
    }
    script.publish(opened.case, &STORY, 0).await?;
    if let Some(vendor) = who("shigitatsuno") {
        script.answer(
            vendor,
            Said::Fixed {
                product: "ST-1100",
                versions: "<= 2.6",
                fixed_in: "2.7",
            },
            script.ago(1_580),
        );
    }
    script.publish(opened.case, &STORY, 1).await?;
    if let Some(vendor) = who("kakinokidani") {
        let text =
            "該当する機器の製造と更新の提供は終了しています。後継機への交換をご検討ください。";
        script.state(
            vendor,
            StatementKind::Statement,
            Lang::Ja,
            text,
            false,
            script.ago(830),
        );
    }
    script.publish(opened.case, &STORY, 2).await?;
    if let Some(vendor) = who("hallaojan") {
        script.answer(
            vendor,
            Said::Fixed {
                product: "Hallaoja V4",
                versions: "<= 4.4",
                fixed_in: "4.5",
            },
            script.ago(70),
        );
    }
    script.publish(opened.case, &STORY, 3).await?;
    Ok(STORY.entry(opened.number))
}
