//! Cases 3 and 6, and the queue: what stands on the desk and never before the public.
//!
//! The website's case has no advisory; the exercise lies behind the wall and has only its EX- number.

use domain::text::class::Class;
use domain::value::*;
use seal::record::Realm;

use crate::script::Script;
use crate::tables::Arrival;
use engine::Fault;
use engine::command::Command;
use engine::intake::command as intake;

const SITE: Arrival = Arrival {
    kind: ReportKind::Site,
    channel: ContactChannel::Form,
    days_ago: 66,
    text: "会員になって買い物をした店のサイトで、注文番号の欄に記号を入れると内部の誤り表示が出ます。SQL インジェクションだと思います。表示を見た時点で止め、ほかの人の情報は見ていません。",
    finder: None,
    contact: Some("kaimono-riyosha@mugiwaracho.example"),
    asked: None,
    parts: &[
        (
            Class::O,
            "https://shop.natsumedori.example/ （運営者: 棗通り商会）",
        ),
        (
            Class::V,
            "会員制通販サイトの注文照会に SQL インジェクションがある。",
        ),
        (Class::W, "注文照会の画面を一時的に止める。"),
    ],
};

const SPIN_OFF: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::NotRecorded,
    days_ago: 30,
    text: "ウェブサイト案件の調べで、原因が部品「くらたな EC」にあり、同じ部品を使うサイトがほかに37あると分かったため、製品の案件として分ける。",
    finder: None,
    contact: None,
    asked: None,
    parts: &[
        (
            Class::V,
            "くらたな EC の注文照会に SQL インジェクションがある。",
        ),
        (Class::W, "注文照会の機能を切る。"),
    ],
};

const EXERCISE: Arrival = Arrival {
    kind: ReportKind::Product,
    channel: ContactChannel::Form,
    days_ago: 9,
    text: "【訓練】会議クライアント「まどい」で、招待を開くと任意のコードが動くという想定の届出です。実在の製品ではありません。",
    finder: None,
    contact: None,
    asked: None,
    parts: &[(Class::V, "【訓練】招待の処理に不備があるという想定。")],
};

/// Reports that wait for somebody at the desk.
const QUEUE: &[Arrival] = &[
    Arrival {
        kind: ReportKind::Product,
        channel: ContactChannel::Fax,
        days_ago: 2,
        text: "（ファクスの代行入力）町のパソコン教室です。生徒さんのルータの設定画面が、合言葉なしで外から開けました。機種は控えてあります。折り返しは 03-0000-0021 へお願いします。",
        finder: None,
        contact: Some("03-0000-0021"),
        asked: None,
        parts: &[],
    },
    Arrival {
        kind: ReportKind::Product,
        channel: ContactChannel::Mail,
        days_ago: 1,
        text: "貴センターの注意喚起を読みました。当方で使っている表計算の追加部品も、読み込みの際に長さを確かめていないように見えます。詳しい資料はお返事をいただいてから送ります。",
        finder: Some("利用者"),
        contact: Some("jouhou@shirasagino-suido.example"),
        asked: None,
        parts: &[],
    },
];

/// Plays the hidden cases; answers how many the public never sees.
pub async fn play(script: &mut Script<'_>) -> Result<usize, Fault> {
    let site = script.open(&SITE).await?;
    let asked = script.ago(61);
    let operator = script.join(site.case, "natsumedori", Part::Operator, asked);
    script.attempt(
        operator,
        ContactChannel::Phone,
        ContactResult::Reached,
        asked,
    );
    let spin_off = script.open(&SPIN_OFF).await?;
    let vendor = script.join(spin_off.case, "suzunari", Part::Vendor, script.ago(26));
    script.attempt(
        vendor,
        ContactChannel::Mail,
        ContactResult::Tried,
        script.ago(26),
    );
    for arrival in QUEUE {
        script.file(arrival);
    }
    script.perform().await?;
    script.realm = Realm::Exercise;
    let exercise = script.open(&EXERCISE).await;
    script.realm = Realm::Live;
    Ok([site, spin_off, exercise?].len())
}

/// Files a second report of what a case is about already and joins it to that case.
pub fn duplicate(script: &mut Script<'_>, arrival: &Arrival, case: CaseId) {
    let report = script.file(arrival).to_string();
    let merge = intake::MergeReport {
        report,
        case: case.to_string(),
    };
    script.add(
        script.ago(arrival.days_ago).plus_days(3),
        Command::MergeReport(merge),
    );
}
