//! What needs somebody's hand: addresses that are dead, copies that ran out, dates without a plan; and the
//! page on which a code told by telephone or fax is entered.
//!
//! Only a copy has a form: every other row ends by what is done on the page that it leads to.
//! Knows no mail and no copy: the rows say whom to call and what to ask for.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{LINE_CHARS_MAX, choices};
use crate::kit::desk::words;
use crate::kit::form::{Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{text, when};
use crate::work::view::{Alarm, Task, Tasks};

/// Returns the list; `form` carries what was typed into the row named by its field `task`.
#[must_use]
pub fn page(inside: &Inside, view: &Tasks, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    bytes(&TasksPage {
        w: say,
        frame: inside.frame(&say.t("inside-tasks")),
        summary: summary(say, form),
        rows: view
            .rows
            .iter()
            .enumerate()
            .map(|(index, task)| line(inside, task, form, index))
            .collect(),
        unreadable: match view.unreadable {
            0 => String::new(),
            n => say.count("desk-tasks-unreadable", n),
        },
        here: inside.href("/desk/tasks"),
    })
}

fn line(inside: &Inside, task: &Task, form: &Typed, index: usize) -> Row {
    let say = inside.say();
    let nothing = Typed::default();
    let is_this = form.value("task") == task.id;
    let id = if is_this {
        "code".to_owned()
    } else {
        format!("code-{index}")
    };
    let typed = if is_this { form } else { &nothing };
    Row {
        kind: words::word(say, "task", &task.kind),
        todo: words::word(say, "task-todo", &task.kind),
        who: text::line(&task.who),
        contact: task
            .contact
            .as_ref()
            .map(|contact| text::line(contact.as_str())),
        what: text::line(&task.what),
        href: task.path.as_ref().map(|path| inside.href(path)),
        since: when::instant_html(say.0, &task.since),
        reference: task.reference.as_deref().map(text::line),
        code_hint: task.code_hint.as_deref().map(text::line),
        alarm: task.alarm.as_ref().map(|alarm| told(say, alarm)),
        take: task
            .alarm
            .as_ref()
            .map(|alarm| hidden("cause", &alarm.cause)),
        hidden: hidden("task", &task.id),
        code: task.reference.as_ref().map(|_| {
            Field::text(say, typed, "code", "desk-task-code")
                .id(&id)
                .hint("desk-code-hint")
                .attr("inputmode=\"numeric\" autocomplete=\"off\"")
                .html()
        }),
    }
}

/// What the house has done to reach somebody, and who has it.
fn told(say: Say, alarm: &Alarm) -> String {
    let at = |at: &domain::value::Instant| when::instant(say.0, at);
    if let Some((person, since)) = &alarm.taken {
        let args = [("person", text::line(person)), ("at", at(since))];
        return say.with(
            "desk-alarm-taken",
            &args.each_ref().map(|(k, v)| (*k, v.as_str())),
        );
    }
    let Some((person, when, is_taken)) = &alarm.called else {
        return say.t(if alarm.calls {
            "desk-alarm-soon"
        } else {
            "desk-alarm-nobody"
        });
    };
    let key = if *is_taken {
        "desk-alarm-called"
    } else {
        "desk-alarm-failed"
    };
    let args = [("person", text::line(person)), ("at", at(when))];
    say.with(key, &args.each_ref().map(|(k, v)| (*k, v.as_str())))
}

/// What a task about those who may approve is about.
#[must_use]
pub fn approvers(lang: formats::advisory::Lang) -> String {
    Say(lang).t("inside-approvers")
}

/// What the clock of the machine says, to be compared with another one.
#[must_use]
pub fn machine_time(lang: formats::advisory::Lang, now: domain::value::Instant) -> String {
    Say(lang).with("task-machine-time", &[("at", &when::instant(lang, &now))])
}

/// What the parts of a dossier are called.
#[must_use]
pub fn erased(lang: formats::advisory::Lang, parts: &[domain::text::class::Compartment]) -> String {
    let say = Say(lang);
    let words = parts
        .iter()
        .map(|part| crate::kit::desk::words::word(say, "compartment", part.word()));
    words.collect::<Vec<_>>().join(&say.t("separator"))
}

/// What a context that is gone is called.
#[must_use]
pub fn context(lang: formats::advisory::Lang, name: &str) -> String {
    crate::kit::desk::words::word(crate::kit::catalogue::Say(lang), "inside-gone", name)
}

/// Returns the page on which the code of a copy is entered that somebody told.
#[must_use]
pub fn record(inside: &Inside, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let fields = [
        Field::text(say, form, "reference", "desk-record-reference")
            .hint("desk-record-reference-hint")
            .attr("autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
            .required()
            .html(),
        Field::text(say, form, "code", "desk-record-code")
            .hint("desk-code-hint")
            .attr("inputmode=\"numeric\" autocomplete=\"off\"")
            .required()
            .html(),
        Field::select(
            say,
            form,
            "way",
            "desk-record-way",
            choices(say, "channel", &["phone", "fax", "post", "in_person"]),
        )
        .html(),
    ];
    bytes(&RecordPage {
        w: say,
        frame: inside.frame(&say.t("inside-record")),
        summary: summary(say, form),
        fields: fields.concat(),
        here: inside.href("/desk/record"),
    })
}

#[derive(Template)]
#[template(path = "desk_tasks.html")]
struct TasksPage {
    w: Say,
    frame: Frame,
    summary: String,
    rows: Vec<Row>,
    unreadable: String,
    here: String,
}

struct Row {
    kind: String,
    todo: String,
    who: String,
    contact: Option<String>,
    what: String,
    href: Option<String>,
    since: String,
    reference: Option<String>,
    code_hint: Option<String>,
    alarm: Option<String>,
    take: Option<String>,
    hidden: String,
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_record.html")]
struct RecordPage {
    w: Say,
    frame: Frame,
    summary: String,
    fields: String,
    here: String,
}
