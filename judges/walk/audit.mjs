#!/usr/bin/env node
// Shows the audit of ../shared the pages inside:  node audit.mjs LIST.json AUDIT.mjs LANG OUT
//
// A session's cookie bears the prefix __Host-, which a browser takes from a server and from
// nobody else. So a small proxy on loopback adds it to each request, and the audit is
// pointed at the proxy. LIST is what walk.mjs left: person, base, paths, cookie.
// Exit: 0 no finding, 1 findings, 2 could not run.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

/** Weight of a page inside, in KiB: script, style, everything. */
const BUDGET = ['--max-js', '20', '--max-css', '30', '--max-total', '200'];

const [list, audit, lang, out] = process.argv.slice(2);
let worst = 0;
for (const visit of JSON.parse(fs.readFileSync(list, 'utf8'))) {
  const proxy = await listen(visit);
  const folder = path.join(out, `audit-${visit.person}`);
  fs.mkdirSync(folder, { recursive: true });
  const paths = path.join(folder, 'paths.txt');
  fs.writeFileSync(paths, visit.paths.join('\n'));
  const code = await run(['--base', `http://127.0.0.1:${proxy.address().port}`, '--langs', lang, '--paths-file', paths,
    '--out', folder, '--quick', ...BUDGET]);
  proxy.closeAllConnections();
  proxy.close();
  console.log(`${visit.person}: ${visit.paths.length} pages, exit ${code}${code ? `, see ${folder}/summary.md` : ''}`);
  worst = Math.max(worst, code);
}
process.exit(worst);

function listen({ base, cookie }) {
  const target = new URL(base);
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, host: target.host };
    if (cookie) headers.cookie = cookie;
    const onward = http.request({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  return new Promise((done) => proxy.listen(0, '127.0.0.1', () => done(proxy)));
}

function run(arguments_) {
  const child = spawn(process.execPath, [audit, ...arguments_], { stdio: 'inherit' });
  return new Promise((done) => child.on('exit', (code) => done(code ?? 2)));
}
