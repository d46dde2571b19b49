//! The cast: invented organisations, individuals and members; addresses end in `.example`.
//!
//! People are called by role (docs/design/settled.md §1.18). A party's key is its domain.

use domain::value::{CopyChannel, Lang, PartyId, Scope};

use crate::script::{Script, VERSION};
use engine::Fault;
use engine::command::Command;
use engine::distribution::command as distribution;
use engine::party::command as party;

/// Days since the register and the list of members were begun.
const BEGUN_DAYS_AGO: u32 = 2_200;

struct Party {
    key: &'static str,
    ja: &'static str,
    en: &'static str,
    kana: &'static str,
    lang: Lang,
    listed: bool,
    standing: bool,
}

const fn jp(key: &'static str, ja: &'static str, en: &'static str, kana: &'static str) -> Party {
    Party {
        key,
        ja,
        en,
        kana,
        lang: Lang::Ja,
        listed: true,
        standing: false,
    }
}

const fn abroad(key: &'static str, name: &'static str, kana: &'static str) -> Party {
    Party {
        key,
        ja: name,
        en: name,
        kana,
        lang: Lang::En,
        listed: true,
        standing: false,
    }
}

const fn standing(party: Party) -> Party {
    Party {
        standing: true,
        ..party
    }
}

const fn unlisted(party: Party) -> Party {
    Party {
        listed: false,
        ..party
    }
}

const PARTIES: &[Party] = &[
    standing(jp(
        "nanamagari",
        "七曲ソフトウエア株式会社",
        "Nanamagari Software Inc.",
        "ナナマガリソフトウエア",
    )),
    standing(jp(
        "muteki",
        "株式会社霧笛電子計算機",
        "Muteki Computer Corporation",
        "ムテキデンシケイサンキ",
    )),
    standing(jp(
        "nagino",
        "凪野通信機株式会社",
        "Nagino Communications Equipment Co., Ltd.",
        "ナギノツウシンキ",
    )),
    standing(jp(
        "mozuhara",
        "百舌鳥原電機株式会社",
        "Mozuhara Electric Co., Ltd.",
        "モズハラデンキ",
    )),
    standing(jp(
        "ukihashi",
        "浮橋ネットワークス株式会社",
        "Ukihashi Networks Co., Ltd.",
        "ウキハシネットワークス",
    )),
    standing(jp(
        "mizukagami",
        "株式会社水鏡計算機",
        "Mizukagami Computer Co., Ltd.",
        "ミズカガミケイサンキ",
    )),
    jp(
        "suzunari",
        "鈴鳴システム合同会社",
        "Suzunari Systems LLC",
        "スズナリシステム",
    ),
    standing(jp(
        "gangizawa",
        "株式会社雁木沢電機製作所",
        "Gangizawa Electric Works Co., Ltd.",
        "ガンギザワデンキセイサクショ",
    )),
    jp(
        "yomogase",
        "蓬ヶ瀬情報機器株式会社",
        "Yomogase Information Equipment Co., Ltd.",
        "ヨモガセジョウホウキキ",
    ),
    jp(
        "usuraino",
        "薄氷野計測株式会社",
        "Usuraino Instruments Co., Ltd.",
        "ウスライノケイソク",
    ),
    standing(jp(
        "tsuzuraori",
        "株式会社葛折野テクノ",
        "Tsuzuraorino Techno Co., Ltd.",
        "ツヅラオリノテクノ",
    )),
    jp(
        "nadameguri",
        "灘廻システムズ株式会社",
        "Nadameguri Systems Co., Ltd.",
        "ナダメグリシステムズ",
    ),
    standing(jp(
        "kasumiganuma",
        "霞ヶ沼無線株式会社",
        "Kasumiganuma Radio Co., Ltd.",
        "カスミガヌマムセン",
    )),
    jp(
        "shigitatsuno",
        "鴫立野通信工業株式会社",
        "Shigitatsuno Communications Industry Co., Ltd.",
        "シギタツノツウシンコウギョウ",
    ),
    jp(
        "chidorigasu",
        "千鳥ヶ洲電子株式会社",
        "Chidorigasu Electronics Co., Ltd.",
        "チドリガスデンシ",
    ),
    jp(
        "kazemachigaura",
        "風待ヶ浦情報株式会社",
        "Kazemachigaura Information Co., Ltd.",
        "カゼマチガウラジョウホウ",
    ),
    jp(
        "hotarudanizawa",
        "株式会社蛍谷沢データ",
        "Hotarudanizawa Data Co., Ltd.",
        "ホタルダニザワデータ",
    ),
    standing(jp(
        "mukudoridai",
        "椋鳥台電算株式会社",
        "Mukudoridai Computing Co., Ltd.",
        "ムクドリダイデンサン",
    )),
    jp(
        "kokenohashi",
        "有限会社苔ノ橋組込研究",
        "Kokenohashi Embedded Research Ltd.",
        "コケノハシクミコミケンキュウ",
    ),
    jp(
        "yunagigaoka",
        "夕凪ヶ岡通信株式会社",
        "Yunagigaoka Telecom Co., Ltd.",
        "ユウナギガオカツウシン",
    ),
    jp(
        "oborozaka",
        "株式会社朧坂情報技研",
        "Oborozaka Information Research Co., Ltd.",
        "オボロザカジョウホウギケン",
    ),
    jp(
        "kamisukizawa",
        "紙漉沢情報システム株式会社",
        "Kamisukizawa Information Systems Co., Ltd.",
        "カミスキザワジョウホウシステム",
    ),
    jp(
        "tsukimigatsuji",
        "月見ヶ辻機器株式会社",
        "Tsukimigatsuji Devices Co., Ltd.",
        "ツキミガツジキキ",
    ),
    jp(
        "tobiishigawa",
        "飛石川電装株式会社",
        "Tobiishigawa Electric Equipment Co., Ltd.",
        "トビイシガワデンソウ",
    ),
    jp(
        "kakinokidani",
        "株式会社柿ノ木谷回線",
        "Kakinokidani Lines Co., Ltd.",
        "カキノキダニカイセン",
    ),
    standing(jp(
        "aizomeno",
        "藍染野電気通信株式会社",
        "Aizomeno Electric Communications Co., Ltd.",
        "アイゾメノデンキツウシン",
    )),
    jp(
        "kagaribino",
        "株式会社篝火野ソフト",
        "Kagaribino Soft Co., Ltd.",
        "カガリビノソフト",
    ),
    jp(
        "kutsukakemori",
        "沓掛森電機株式会社",
        "Kutsukakemori Electric Co., Ltd.",
        "クツカケモリデンキ",
    ),
    jp(
        "shigurezaka",
        "株式会社時雨坂計算技術",
        "Shigurezaka Computing Co., Ltd.",
        "シグレザカケイサンギジュツ",
    ),
    jp(
        "shioyokegahara",
        "汐除ヶ原計器株式会社",
        "Shioyokegahara Meters Co., Ltd.",
        "シオヨケガハラケイキ",
    ),
    standing(abroad(
        "tarnhoehe",
        "Tarnhöhe Netztechnik GmbH",
        "ターンヘーエネットテヒニク",
    )),
    abroad(
        "eschenwarder",
        "Eschenwarder Rechentechnik GmbH",
        "エッシェンヴァルダーレッヒェンテヒニク",
    ),
    abroad(
        "lohmuehlenfelder",
        "Lohmühlenfelder Gerätebau GmbH",
        "ローミューレンフェルダーゲレーテバウ",
    ),
    abroad(
        "dreibirkener",
        "Dreibirkener Steuerungen GmbH",
        "ドライビルケナーシュトイエルンゲン",
    ),
    standing(abroad(
        "skogvarden",
        "Skogvarden Programvare AS",
        "スコグヴァルデンプログラムヴァーレ",
    )),
    abroad(
        "tindevassbu",
        "Tindevassbu Elektronikk AS",
        "ティンデヴァスブエレクトロニック",
    ),
    abroad(
        "lysvikneset",
        "Lysvikneset Data AS",
        "リースヴィークネーセットダータ",
    ),
    abroad(
        "zwaluwendijker",
        "Zwaluwendijker Netwerken B.V.",
        "ズワルーウェンダイカーネットウェルケン",
    ),
    abroad(
        "rietvinkeveen",
        "Rietvinkeveense Techniek B.V.",
        "リートヴィンケフェーンセテヒニーク",
    ),
    abroad(
        "wilgenhoekse",
        "Wilgenhoekse Software B.V.",
        "ヴィルヘンフークセソフトウェア",
    ),
    abroad(
        "hallaojan",
        "Hallaojan Verkkolaite Oy",
        "ハッラオヤンヴェルッコライテ",
    ),
    abroad(
        "haapakallionniemi",
        "Haapakallionniemen Ohjelmat Oy",
        "ハーパカッリオンニエメンオヒェルマット",
    ),
    // An individual and an operator have agreed to nothing, so they stand on no board.
    unlisted(jp(
        "korokoro",
        "ころころ工房",
        "Korokoro Kobo",
        "コロコロコウボウ",
    )),
    unlisted(jp(
        "natsumedori",
        "棗通り商会",
        "Natsumedori Shokai",
        "ナツメドオリショウカイ",
    )),
    unlisted(abroad(
        "csirt-hallavuori",
        "Hallavuori CSIRT",
        "ハッラヴオリシーサート",
    )),
];

struct Member {
    address: &'static str,
    lang: Lang,
    wants: Wants,
}

enum Wants {
    Everything,
    Vendor(&'static str),
    Product(&'static str),
}

const fn member(address: &'static str, wants: Wants) -> Member {
    Member {
        address,
        lang: Lang::Ja,
        wants,
    }
}

const fn in_english(address: &'static str, wants: Wants) -> Member {
    Member {
        address,
        lang: Lang::En,
        wants,
    }
}

/// Name under which the product of the worm's case is followed.
pub const MUTEKI_OS: &str = "霧笛 OS (Muteki OS)";

/// Twenty-four of them hear of the worm's case, three only of others.
const MEMBERS: &[Member] = &[
    member("noc@shiomigahara-cable.example", Wants::Everything),
    member("anzen@maruhoshi-denka.example", Wants::Everything),
    member("sewanin@watashibacho-pc.example", Wants::Everything),
    member(
        "seigyo-security@yaegasumi-denryoku.example",
        Wants::Everything,
    ),
    member("jouhou@shirasagino-suido.example", Wants::Everything),
    member("csirt@muteki.example", Wants::Everything),
    member("johokanri@orizurucho.lg.example", Wants::Everything),
    member("kyoku@tomoshibino-hoso.example", Wants::Everything),
    member("it-kanri@hamanasugaoka-byoin.example", Wants::Everything),
    member("system@kikyogahara-shinkin.example", Wants::Everything),
    member("center@todaimori-univ.example", Wants::Everything),
    member("noc@suimendori-net.example", Wants::Everything),
    member("hoshu@tsubameno-tetsudo.example", Wants::Everything),
    member("security@akanesawa-gas.example", Wants::Everything),
    member("helpdesk@mugiwaracho-shoko.example", Wants::Everything),
    member("kinkyu@hoshikuzuno-unyu.example", Wants::Everything),
    in_english("soc@tarnhoehe.example", Wants::Everything),
    in_english("psirt@skogvarden.example", Wants::Everything),
    member(
        "joho@yamabikodai-gakuen.example",
        Wants::Vendor("株式会社霧笛電子計算機"),
    ),
    member(
        "kaisen@kakinokidani.example",
        Wants::Vendor("株式会社霧笛電子計算機"),
    ),
    in_english(
        "watch@csirt-hallavuori.example",
        Wants::Vendor("Muteki Computer Corporation"),
    ),
    member("koujou@kutsukakemori.example", Wants::Product(MUTEKI_OS)),
    member("denki@natsumedori.example", Wants::Product(MUTEKI_OS)),
    in_english("ops@zwaluwendijker.example", Wants::Product(MUTEKI_OS)),
    member(
        "resolver@kazemachigaura.example",
        Wants::Vendor("株式会社水鏡計算機"),
    ),
    member("keiri@suzunari.example", Wants::Product("算木会計")),
    in_english(
        "abuse@hallaojan.example",
        Wants::Vendor("Tarnhöhe Netztechnik GmbH"),
    ),
];

/// Enters parties, their agreements and the members.
pub async fn enter(script: &mut Script<'_>) -> Result<(), Fault> {
    let at = script.ago(BEGUN_DAYS_AGO);
    for row in PARTIES {
        let id = PartyId(script.draw());
        script.know(row.key, id);
        let contact = Some(format!("psirt@{}.example", row.key));
        let (name_ja, name_en, kana) = (row.ja.to_owned(), row.en.to_owned(), row.kana.to_owned());
        let register = party::RegisterParty {
            id: Some(id.0),
            name_ja,
            name_en,
            kana,
            contact,
            lang: row.lang,
            listed: row.listed,
        };
        script.add(at, Command::RegisterParty(register));
        if row.standing {
            let agree = party::AgreeStanding {
                party: id.to_string(),
                version: VERSION.to_owned(),
            };
            script.add(at.plus_days(10), Command::AgreeStanding(agree));
        }
    }
    for row in MEMBERS {
        let scope = match row.wants {
            Wants::Everything => Scope::Everything,
            Wants::Vendor(name) => Scope::Vendor {
                name: name.to_owned(),
            },
            Wants::Product(name) => Scope::Product {
                name: name.to_owned(),
            },
        };
        let subscribe = distribution::Subscribe {
            channel: CopyChannel::Mail,
            id: None,
            address: row.address.to_owned(),
            lang: row.lang,
            scope,
        };
        script.add(at.plus_days(20), Command::Subscribe(subscribe));
    }
    script.perform().await?;
    Ok(())
}

/// Tells whether a party signed the standing agreement.
pub fn has_standing(key: &str) -> bool {
    PARTIES
        .iter()
        .any(|party| party.key == key && party.standing)
}
