//! Commands of the register.

use domain::party::decide;
use domain::party::decide::Registration;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;
use serde_json::{Value, json};

use crate::Fault;
use crate::kernel::find::{find_party, inputs};
use crate::kernel::unit::Unit;

inputs! {
    RegisterParty "Enters an organisation or a single person into the register." {
        id: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        name_ja: String = "name in Japanese, as registered";
        name_en: String = "name in English, as registered";
        #[serde(default)] kana: String = "フリガナ without the legal form, for sorting";
        contact: Option<String> = "mail address of the contact point";
        lang: Lang = "language to write in: ja or en";
        #[serde(default)] listed: bool = "agrees to stand on public boards";
    }
    ChangeContact "Changes the mail address of a party's contact point; links and sessions of the older one end." {
        party: String = "name or id";
        contact: String = "mail address";
    }
    AgreeStanding "Records a standing agreement on confidentiality with a party." {
        party: String = "name or id";
        version: String = "version of the agreement that was signed";
    }
}

/// Enters a party.
pub async fn register(unit: &mut Unit<'_>, input: &RegisterParty) -> Result<Value, Fault> {
    let id = PartyId(input.id.unwrap_or_else(|| unit.draw()));
    if unit.state(id.into()).await?.is_some() {
        return Err(Refusal::Exists("party").into());
    }
    let contact = match &input.contact {
        Some(address) => Some(contact_text(unit, id, input.lang, address).await?),
        None => None,
    };
    let new = Registration {
        name_ja: input.name_ja.clone(),
        name_en: input.name_en.clone(),
        kana: input.kana.clone(),
        contact,
        lang: input.lang,
        listed: input.listed,
    };
    unit.record(decide::register(id, new)?).await?;
    Ok(json!({ "party": id.to_string() }))
}

/// Records a standing agreement.
pub async fn agree_standing(unit: &mut Unit<'_>, input: &AgreeStanding) -> Result<Value, Fault> {
    let party = find_party(unit, &input.party).await?;
    unit.record(decide::agree_standing(&party, input.version.clone()))
        .await?;
    Ok(json!({ "party": party.id.to_string() }))
}

/// Changes the contact point.
pub async fn change_contact(unit: &mut Unit<'_>, input: &ChangeContact) -> Result<Value, Fault> {
    let party = find_party(unit, &input.party).await?;
    let contact = contact_text(
        unit,
        party.id,
        party.lang.unwrap_or(Lang::Ja),
        &input.contact,
    )
    .await?;
    unit.record(decide::change_contact(&party, contact)).await?;
    Ok(json!({ "party": party.id.to_string() }))
}

async fn contact_text(
    unit: &mut Unit<'_>,
    party: PartyId,
    lang: Lang,
    address: &str,
) -> Result<TextRef, Fault> {
    let address =
        formats::subscribers::MailAddress::parse(address).map_err(|_| Refusal::Input {
            field: "contact",
            why: "this is no mail address",
        })?;
    unit.text(party.into(), Class::C, lang, &address.to_string())
        .await
}
