#!/usr/bin/env node
// Judges CSAF documents with @secvisogram/csaf-validator-lib: the JSON schema
// and the mandatory tests of the version each document claims (2.0 or 2.1).
//
//   node csaf-judge.mjs FILE...            paths as arguments, or
//   find . -name '*.json' | node csaf-judge.mjs   one path a line on stdin
//
// JUDGE_MODULES names the folder whose node_modules holds the library; without
// it, the folder of this file. Optional and informative tests are left out: one
// of them ends the process where no hunspell dictionary lies, others want a net.
//
// Prints one JSON object: { judge, node, documents, findings: [...] }.
// Exit: 0 no finding, 1 findings, 2 could not judge.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LIBRARY = '@secvisogram/csaf-validator-lib';
const NODE_MIN = 20;

function stop(message) {
  console.error(`csaf-judge: ${message}`);
  process.exit(2);
}

if (Number(process.versions.node.split('.')[0]) < NODE_MIN) {
  stop(`Node ${process.versions.node} is too old: version ${NODE_MIN} or later is needed`);
}

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.resolve(process.env.JUDGE_MODULES || here);
const library = path.join(modules, 'node_modules', ...LIBRARY.split('/'));
if (!fs.existsSync(library)) {
  stop(`${LIBRARY} is not installed in ${modules}; run: cargo xtask check --install`);
}

const load = name => import(pathToFileURL(path.join(library, name)));
const validate = (await load('validate.js')).default;
const suites = {
  '2.0': { schema: await load('schemaTests.js'), mandatory: await load('mandatoryTests.js') },
  '2.1': { schema: await load('csaf_2_1/schemaTests.js'), mandatory: await load('csaf_2_1/mandatoryTests.js') },
};
const version = createRequire(path.join(modules, 'package.json'))(`${library}/package.json`).version;

const paths = process.argv.length > 2
  ? process.argv.slice(2)
  : fs.readFileSync(0, 'utf8').split('\n').map(line => line.trim()).filter(Boolean);
if (!paths.length) stop('no document given: nothing was judged');

const findings = [];
for (const file of paths) {
  const finding = (test, message, at = '') => findings.push({ file, test, at, message });
  let document;
  try {
    document = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    finding('json', String(error));
    continue;
  }
  const suite = suites[document?.document?.csaf_version];
  if (!suite) {
    finding('version', `csaf_version is ${JSON.stringify(document?.document?.csaf_version)}`, '/document/csaf_version');
    continue;
  }
  try {
    // The mandatory tests read a document as the schema describes it, so they
    // run only on one that passes the schema.
    for (const tests of [Object.values(suite.schema), Object.values(suite.mandatory)]) {
      const verdict = await validate(tests, document);
      for (const test of verdict.tests.filter(each => !each.isValid)) {
        for (const error of test.errors) finding(test.name, error.message, error.instancePath);
        if (!test.errors.length) finding(test.name, 'not valid, without an explanation');
      }
      if (!verdict.isValid) break;
    }
  } catch (error) {
    finding('crash', String(error));
  }
}

const judge = `${LIBRARY} ${version}, schema and mandatory tests`;
console.log(JSON.stringify({ judge, node: process.versions.node, documents: paths.length, findings }, null, 1));
process.exitCode = findings.length ? 1 : 0;
