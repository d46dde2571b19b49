// Two who approve: they sign in with the passwords of the recovery kit, draw keys of their own in place of those that
// were printed, have one drawn for the safe, read one page, and sign.
import { enter } from './desk.mjs';

const HANDLES = ['approver-a', 'approver-b'];
const WORDS = ['a lantern over the harbour', 'seven stones in the river'];
const PAGE = '/desk/approvers';

/** Signs the change that waits, with the words of one's own key. */
async function sign(person, password, label = '') {
  await person.follow(/\/desk\/approvers$/, '');
  await person.send(PAGE, { verb: 'approvers-sign', fields: { approval_password: password }, label });
}

/** Each draws a key in place of the printed one, and the other signs for it; the administrator draws one for the safe. */
async function changeHands(w) {
  const held = HANDLES.map((handle) => w.house.password(handle));
  for (const [n, person] of w.known.approvers.entries()) {
    await person.follow(/\/desk\/approvers$/, n === 0 ? 'approvers' : '');
    const fields = { password: WORDS[n], password_again: WORDS[n], before_password: held[n] };
    if (n === 0) {
      const same = { ...fields, password: held[n], password_again: held[n] };
      await person.send(PAGE, { verb: 'approvers-offer', fields: same, label: 'own key refused', status: 422 });
    }
    await person.send(PAGE, { verb: 'approvers-offer', fields, label: n === 0 ? 'own key drawn' : '' });
    held[n] = WORDS[n];
    w.inside(WORDS[n], `the words of the key of ${HANDLES[n]}`);
    const other = 1 - n;
    await sign(w.known.approvers[other], held[other], n === 0 ? 'key signed for' : '');
  }
  const { admin } = w.known;
  await admin.follow(/\/desk\/approvers$/, '');
  await admin.send(PAGE, { verb: 'approvers-safe', label: 'secret shown once' });
  const secret = await admin.page.locator('#succession-secret').innerText();
  w.inside(secret.replaceAll(' ', ''), 'the secret of the succession key');
  for (const [n, person] of w.known.approvers.entries()) await sign(person, held[n]);
  await w.known.approvers[0].picture();
  w.known.approvalWords = held;
}

export async function arrive(w) {
  w.known.approvers = [];
  for (const handle of HANDLES) {
    const person = await w.stage.person(handle === 'approver-a' ? 'approver' : handle);
    if (handle === 'approver-a') {
      await person.open(`${w.house.address('desk')}/${w.lang}/desk/`, 'sign-in');
      await person.send('/sign-in', { verb: 'sign-in', fields: { handle, password: 'not-the-right-one' }, label: 'sign-in refused', status: 422 });
      w.require(await person.page.inputValue('input[name="handle"]') === handle, 'the refused form lost the handle');
    }
    await enter(w, person, handle, w.house.password(handle));
    w.inside(w.house.password(handle), `the password of ${handle}`);
    w.known.approvers.push(person);
  }
  await changeHands(w);
}

export async function approve(w) {
  const [a, b] = w.known.approvers;
  const plan = `${w.known.caseAddress}/plan`;
  // The author of a plan cannot approve it. Ask another approver.
  const e = w.known.editor;
  await e.open(plan, 'plan of the author');
  w.require(await e.page.locator('button[value="approve"]').count() === 0, 'the author may approve');
  for (const [n, person] of [a, b].entries()) {
    await person.open(plan, n === 0 ? 'plan' : '');
    const shown = await person.text();
    for (const word of [w.known.case, 'UTC', 'JST']) w.require(shown.includes(word), `the plan does not show ${word}`);
    if (n === 0) {
      await person.picture();
      await person.send(/\/plan$/, { verb: 'approve', fields: { password: 'not-the-right-one', confirmed: true }, label: 'approval refused', status: 422 });
    }
    await person.send(/\/plan$/, { verb: 'approve', fields: { password: w.known.approvalWords[n], confirmed: true }, label: `approved by ${n + 1}` });
  }
  w.require(Date.now() < w.known.instant, 'the approvals came after the instant: this machine is too slow for the lead');
}

/** Two approve an emergency: its reason stands on the plan. */
export async function hasten(w) {
  for (const [n, person] of w.known.approvers.entries()) {
    await person.open(`${w.known.urgentAddress}/plan`, n === 0 ? 'emergency' : '');
    w.require((await person.text()).includes(w.words.urgent.observed.normalize('NFKC')), 'the plan does not say why it is urgent');
    await person.send(/\/plan$/, { verb: 'approve', fields: { password: w.known.approvalWords[n], confirmed: true }, label: n === 1 ? 'emergency approved' : '' });
  }
  w.known.hastened = Date.now();
}
