//! Sentences that are the same in many situations: each says what one reader is told while something holds.

use super::*;

/// Birch cannot have come in: whoever uses this says why. It asks nobody.
pub(super) const NO_VENDOR: Told<'static> = (Vendor, "", "");
/// The case has no page of a plan: its address answers that there is none.
pub(super) const NO_PLAN_PAGE: Told<'static> = (Plan, "", "");

// What needs a hand.

pub(super) const NOTHING: Told<'static> = (
    Todo,
    "いま対応が必要な項目はありません。",
    "No entry needs a person now.",
);
pub(super) const TODO_SILENT: Told<'static> = (
    Todo,
    "該当の有無をまだ回答していない製品開発者",
    "Vendor that has not said whether it is affected",
);
pub(super) const TODO_APPROVE: Told<'static> =
    (Todo, "承認待ちの公表計画", "Plan waiting for approval");

// The state of the case on its own page.

pub(super) const OPENED: Told<'static> =
    (Desk, "状態受理（連絡の準備中）", "StateAccepted, preparing");
pub(super) const COORDINATING: Told<'static> = (Desk, "状態調整中", "StateCoordinating");
pub(super) const TALKS_0_OF_1: Told<'static> = (
    Desk,
    "状態公表日 調整中（合意 0／1）",
    "StateDate under discussion (0 of 1 agreed)",
);
pub(super) const DATE_AGREED: Told<'static> = (Desk, "状態公表日 合意済み", "StateDate agreed");
pub(super) const PUBLISHED: Told<'static> = (Desk, "状態公表済み", "StatePublished");
pub(super) const CLOSED: Told<'static> = (
    Desk,
    "状態取扱い終了: 製品開発者が利用者に個別対応",
    "StateClosed: The vendor tells each user",
);
pub(super) const REVISION_1: Told<'static> = (Desk, "公表した版1", "Published revision1");
pub(super) const REVISION_2: Told<'static> = (Desk, "公表した版2", "Published revision2");

// The row of the case in the list: its state before the next deadline, for whom it waits, and the day it came in.

pub(super) const LIST_OPENED: Told<'static> = (
    List,
    "受理（連絡の準備中）期限なし当方2026年9月7日",
    "Accepted, preparingNo deadlineUs7 Sep 2026",
);
pub(super) const LIST_COORDINATING: Told<'static> = (List, "調整中あと", "Coordinating");
pub(super) const LIST_TALKS_0_OF_1: Told<'static> = (
    List,
    "公表日 調整中（合意 0／1）あと",
    "Date under discussion (0 of 1 agreed)",
);
pub(super) const LIST_DATE_AGREED: Told<'static> = (List, "公表日 合意済みあと", "Date agreed");
/// The vendors are waited for, until one of them is late with its answer.
pub(super) const LIST_ANSWER: Told<'static> = (
    List,
    "製品開発者の回答製品開発者2026年9月7日",
    "Answer of the vendorVendor7 Sep 2026",
);
/// The same deadline runs, and it is our turn.
pub(super) const LIST_ANSWER_US: Told<'static> = (
    List,
    "製品開発者の回答当方2026年9月7日",
    "Answer of the vendorUs7 Sep 2026",
);
pub(super) const LIST_RECEIPT: Told<'static> = (
    List,
    "製品開発者の受領確認製品開発者2026年9月7日",
    "Receipt by the vendorVendor7 Sep 2026",
);
/// An approved plan goes by itself: its instant stands before every other deadline, and nobody is waited for.
pub(super) const LIST_PLAN: Told<'static> = (
    List,
    "公表予定なし2026年9月7日",
    "Planned publicationNobody7 Sep 2026",
);
/// A plan that lacks approvals is ours, whoever else is silent.
pub(super) const LIST_PLAN_OURS: Told<'static> = (
    List,
    "公表予定当方2026年9月7日",
    "Planned publicationUs7 Sep 2026",
);
/// What is out and rests, or is closed, waits for nobody.
pub(super) const LIST_OVER: Told<'static> = (
    List,
    "この条件に当てはまるものはありません。",
    "Nothing fits these conditions.",
);

// The page of the plan.

pub(super) const NO_DRAFT: Told<'static> = (
    Plan,
    "記録した公表文がありません。先に公表文を記録してください。",
    "No advisory is recorded. Record the advisory first.",
);
/// There is a text, so that a plan can be made.
pub(super) const MAY_PLAN: Told<'static> = (
    Plan,
    "計画を作ると、公表する内容が記録されます。",
    "A plan records the texts to be published.",
);
pub(super) const NOTHING_PLANNED: Told<'static> = (Plan, "!計画を作り直す", "!Make the plan again");
pub(super) const GOES: Told<'static> = (
    Plan,
    "承認されました。 公表日時になると自動で公表されます。それまでは中止できます。",
    "Approved. It publishes by itself at its time. Until then it can be aborted.",
);
/// What was planned is out, and nothing further is written.
pub(super) const NO_NEXT: Told<'static> = (
    Plan,
    "次の版の公表文は、まだ記録されていません。",
    "No text of a next revision is recorded.",
);
pub(super) const OUT_BY_TWO: Told<'static> = (Plan, "2 名が承認", "approved by 2 persons");

// Birch on its own page.

/// It came in by its link, and nothing was told to it.
pub(super) const IN_PREPARATION: Told<'static> = (
    Vendor,
    "詳しい内容の表示：準備中です",
    "Details shown: in preparation",
);
pub(super) const NO_DATE: Told<'static> = (
    Vendor,
    "状態現在、ご提案中の公表日はありません",
    "Stateno date is proposed",
);
pub(super) const NO_OTHER_VENDOR: Told<'static> = (Vendor, "!Aoba", "!Aoba");
pub(super) const CONFIDENTIAL: Told<'static> = (
    Vendor,
    "公表日時まで秘密としてお取り扱いください",
    "keep what you read here confidential",
);
pub(super) const DATE_ASKED: Told<'static> = (
    Vendor,
    "提案中（貴組織の同意はまだいただいていません）",
    "proposed (you have not agreed yet)",
);
pub(super) const BIRCH_AGREED: Told<'static> = (Vendor, "同意済み（貴組織のご回答）", "you agreed");
pub(super) const UNTIL_7_OCTOBER: Told<'static> = (
    Vendor,
    "予定している公表日時2026年10月7日(水) 9:00 JST (0:00 UTC)",
    "Planned date and time7 Oct 2026 00:00 UTC (09:00 JST)",
);
pub(super) const UNTIL_6_NOVEMBER: Told<'static> = (
    Vendor,
    "予定している公表日時2026年11月6日(金) 9:00 JST (0:00 UTC)",
    "Planned date and time6 Nov 2026 00:00 UTC (09:00 JST)",
);
pub(super) const UNTIL_21_SEPTEMBER: Told<'static> = (
    Vendor,
    "予定している公表日時2026年9月21日(月) 10:00 JST (1:00 UTC)",
    "Planned date and time21 Sep 2026 01:00 UTC (10:00 JST)",
);
pub(super) const TOLD_PUBLISHED: Told<'static> =
    (Vendor, "この件は公表しました", "This matter was published");
/// It was told nothing, so that the advisory is all there is.
pub(super) const NOTHING_BEYOND: Told<'static> = (
    Vendor,
    "公表した脆弱性情報のほかにお伝えした内容はありません",
    "nothing beyond the advisory",
);

// What the finder is told last, which is the state of the report.

pub(super) const NOW_ACCEPTED: Told<'static> = (
    Finder,
    "現在の状況 受理しました",
    "Current status We accepted your report",
);
pub(super) const NOW_CONTACT: Told<'static> = (
    Finder,
    "現在の状況 製品開発者（ウェブサイトの場合は運営者）への連絡を始めました",
    "Current status We began to contact the vendors",
);
pub(super) const NOW_DETAILS: Told<'static> = (
    Finder,
    "現在の状況 製品開発者（ウェブサイトの場合は運営者）に向けて、詳しい情報を用意しました",
    "Current status We made the details available to a vendor",
);
pub(super) const NOW_WORK: Told<'static> = (
    Finder,
    "現在の状況 製品開発者（ウェブサイトの場合は運営者）から返答がありました",
    "Current status We heard from a vendor",
);
pub(super) const NOW_TALKS: Told<'static> = (
    Finder,
    "現在の状況 公表日を調整しています",
    "Current status The date of publication is being agreed",
);
pub(super) const NOW_7_OCTOBER: Told<'static> = (
    Finder,
    "現在の状況 公表日を 2026年10月7日(水) 9:00 JST (0:00 UTC) とすることで合意しました",
    "Current status Publication was agreed for 7 Oct 2026 00:00 UTC (09:00 JST)",
);
pub(super) const NOW_21_SEPTEMBER: Told<'static> = (
    Finder,
    "現在の状況 公表日を 2026年9月21日(月) 10:00 JST (1:00 UTC) とすることで合意しました",
    "Current status Publication was agreed for 21 Sep 2026 01:00 UTC (10:00 JST)",
);
pub(super) const NOW_PUBLISHED: Told<'static> = (
    Finder,
    "現在の状況 公表しました（NRS-",
    "Current status Published (NRS-",
);
pub(super) const NOW_CLOSED: Told<'static> = (
    Finder,
    "現在の状況 取扱いを終了しました（個別に対応されたため）",
    "Current status Closed: it was dealt with individually",
);
pub(super) const NOTHING_HEARD: Told<'static> =
    (Finder, "!から返答がありました", "!We heard from a vendor");
pub(super) const NOT_PUBLISHED: Told<'static> = (Finder, "!公表しました", "!Published (");
pub(super) const NOT_AGREED: Told<'static> = (
    Finder,
    "!とすることで合意しました",
    "!Publication was agreed for",
);

// The page of the advisory.

pub(super) const TITLE: Told<'static> = (
    Public,
    "青葉ゲートウェイの弱点",
    "A weakness in Aoba Gateway",
);
pub(super) const FINAL: Told<'static> = (Public, "最終版", "Final");
pub(super) const STANDS: Told<'static> = (
    Public,
    "!この文書は取り消されました",
    "!This document has been withdrawn",
);
pub(super) const NO_VENDORS: Told<'static> = (
    Public,
    "ベンダの記録はありません。",
    "No vendors are recorded.",
);
/// No date is told of where none can come any more.
pub(super) const NO_DATE_TO_COME: Told<'static> = (
    Vendor,
    "!現在、ご提案中の公表日はありません",
    "!no date is proposed",
);
