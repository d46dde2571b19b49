// What the people of the walk type, in both languages. All of it is invented (.example,
// CVE-1900). `inside` are the sentences that no file going out may hold.

const ja = {
  vendors: {
    a: { name_ja: '湊ネットワークス株式会社', name_en: 'Minato Networks', kana: 'ミナトネットワークス', contact: 'psirt@minato.example' },
    b: { name_ja: '雲雀電機株式会社', name_en: 'Hibari Electric', kana: 'ヒバリデンキ', contact: 'security@hibari.example' },
  },
  product: 'ミナトゲートウェイ',
  weakness: '管理画面の認証に不備があり、利用者の確認が行われないまま設定を閲覧できます。',
  attack: '三段目の応答を差し替えてから戻るボタンを二度押すと、確認の処理が飛ばされます。',
  bypass: '管理画面への接続を社内のネットワークに限ると、影響を避けられます。',
  verify: '試験用の装置で青い表示が橙に変われば、この問題が再現しています。',
  finder: '東雲 花子',
  report: {
    what: 'ミナトゲートウェイ 3.2（https://www.minato.example/）',
    contact: 'hanako@tenkai.example',
    credit: '東雲 花子（天海大学）',
  },
  question: '再現したときの装置の版をお知らせください。',
  answer: '版は3.2.0です。3.1.4でも同じでした。',
  added: '3.0系では起きませんでした。',
  vulnerability: { label: 'V1', text: '管理画面の認証の不備' },
  second: { label: 'V2', text: '設定の書き出し機能の不備' },
  statement: '修正版3.2.1を用意しました。お使いの方は更新をお願いします。',
  workaround: '管理画面に接続できる機器を、社内のネットワークに限ってください。',
  fix: '修正版3.2.1に更新してください。',
  ticket: 'MN-1900-0042',
  advisory: {
    ja: {
      title: 'ミナトゲートウェイにおける認証不備の脆弱性',
      summary: 'ミナトゲートウェイには、管理画面の認証に不備があります。',
      details: '管理画面の一部で、利用者の確認が行われません。',
      impact: '設定の内容を第三者に閲覧されるおそれがあります。',
      check: '管理画面の「装置の情報」で版をご確認ください。3.2.0以前が該当します。',
      fix: '修正版3.2.1に更新してください。',
      workaround: '管理画面に接続できる機器を、社内のネットワークに限ってください。',
      side_effects: '更新の際に一度再起動します。',
      detection: '管理画面の接続記録に、見慣れない接続元がないかご確認ください。',
      note: 'お問い合わせは製品開発者の窓口へお願いします。',
      actions: '管理者｜修正版3.2.1に更新する｜1週間以内',
    },
    en: {
      title: 'Missing authentication in Minato Gateway',
      summary: 'The management screen of Minato Gateway lacks a check of who is using it.',
      details: 'Parts of the management screen do not check the user.',
      impact: 'A third party may read the settings.',
      check: 'See "About this device" in the management screen. Versions up to 3.2.0 are affected.',
      fix: 'Update to version 3.2.1.',
      workaround: 'Allow only devices of your own network to reach the management screen.',
      side_effects: 'The device restarts once during the update.',
      detection: 'Look for unknown addresses in the access log of the management screen.',
      note: 'Please ask the vendor for further help.',
      actions: 'Administrators|Update to 3.2.1|within one week',
    },
  },
  member: { everything: 'all@kumiai.example', vendor: 'gw@kumiai.example', vendor_name: '湊ネットワークス株式会社', phone: 'tel@kumiai.example' },
  search: { kana: 'みなとげーとうぇい', wide: 'ﾐﾅﾄｹﾞｰﾄｳｪｲ', other: 'Minato Gateway', nothing: 'かもめ計算機' },
};

const en = {
  vendors: {
    a: { ...ja.vendors.a },
    b: { ...ja.vendors.b },
  },
  product: 'Minato Gateway',
  weakness: 'The management screen does not check who is using it, so that settings can be read by anybody.',
  attack: 'Exchange the third answer and press the back button twice, and the check is passed over.',
  bypass: 'Allowing only devices of the own network to reach the management screen avoids the effect.',
  verify: 'On a test device the blue sign turns orange when the problem is there.',
  finder: 'Jane Lark',
  report: {
    what: 'Minato Gateway 3.2 (https://www.minato.example/)',
    contact: 'jane@lark.example',
    credit: 'Jane Lark of Tenkai University',
  },
  question: 'Which version did the device have when you saw it?',
  answer: 'It was 3.2.0. With 3.1.4 it was the same.',
  added: 'Versions 3.0 did not show it.',
  vulnerability: { label: 'V1', text: 'Missing authentication of the management screen' },
  second: { label: 'V2', text: 'A flaw in writing out the settings' },
  statement: 'Version 3.2.1 is ready. Please update.',
  workaround: 'Allow only devices of your own network to reach the management screen.',
  fix: 'Update to version 3.2.1.',
  ticket: 'MN-1900-0042',
  advisory: ja.advisory,
  member: { everything: 'all@guild.example', vendor: 'gw@guild.example', vendor_name: 'Minato Networks', phone: 'tel@guild.example' },
  search: { kana: 'みなとげーとうぇい', wide: 'Ｍｉｎａｔｏ', other: 'minato gateway', nothing: 'Seagull Computer' },
};

export const words = { ja, en };

/** Passwords that people choose; long enough, and none is printed anywhere. */
export const PASSWORDS = { admin: 'kaze-no-toorimichi-1', coordinator: 'yama-to-kawa-no-aida-2', reception: 'asa-no-hikari-to-kage-3', editor: 'fune-ni-noru-hito-4' };
