// Where the foreign programs lie: below JUDGE_MODULES, as `cargo xtask check` installs
// them, else beside this folder. Knows nothing of Noroshi.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const home = process.env.JUDGE_MODULES || path.dirname(path.dirname(new URL(import.meta.url).pathname));
const require = createRequire(path.join(home, 'package.json'));

export const { chromium } = require('playwright-core');
export const { HtmlValidate } = require('html-validate');
export const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
