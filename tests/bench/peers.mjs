// peers.mjs - other rule engines on the rule sets of peers.c, one after another in the same run
//
//   node peers.mjs SETS_DIR OUT.json        (packages from node_modules beside SETS_DIR)
//
// First match, as an operator of each engine would write it: a decision table with hit policy `first`, one column a fact
// (@gorules/zen-engine); rules by priority, stopped at the first success (json-rules-engine). Every answer is compared with
// ours. By processor time, of all threads, as ours is. A set is tried for some seconds; where an engine manages fewer than
// 20 decisions a second, larger sets are left out.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const [dir, out] = process.argv.slice(2);
const require = createRequire(resolve(dir, 'package.json'));
const SECONDS = 4;
const TOO_SLOW = 20;
const COLUMNS = ['places', 'categories', 'category', 'channel', 'mode', 'claim', 'parties', 'tags', 'risk', 'agency', 'level', 'words', 'party'];
const LISTS = new Set(['places', 'categories', 'tags', 'risk', 'words', 'party']);

const list = (values) => '[' + values.map((v) => JSON.stringify(v)).join(', ') + ']';

// A leaf as an expression over `subject`.
function expression(leaf, subject) {
  if (leaf.has) return LISTS.has(leaf.fact) ? `some(${subject}, # in ${list(leaf.has)})` : `${subject} in ${list(leaf.has)}`;
  return leaf.max === undefined ? `${subject} >= ${leaf.min}` : `${subject} >= ${leaf.min} and ${subject} <= ${leaf.max}`;
}

function nested(node) {
  if (node.all) return node.all.length ? '(' + node.all.map(nested).join(' and ') + ')' : 'true';
  if (node.any) return '(' + node.any.map(nested).join(' or ') + ')';
  if (node.not) return 'not (' + node.not.map(nested).join(' and ') + ')';
  return '(' + expression(node, node.fact) + ')';
}

function zenEngine(rules) {
  const { ZenEngine } = require('@gorules/zen-engine');
  const inputs = COLUMNS.map((name) => ({ id: name, name, field: name })).concat({ id: 'more', name: 'more' });
  const rows = rules.map((rule, i) => {
    const row = { _id: String(i), rule: String(i), more: '' };
    for (const name of COLUMNS) row[name] = ''; // anything
    const more = [];
    for (const part of rule.all) {
      if (part.fact && !row[part.fact]) row[part.fact] = expression(part, '$');
      else more.push(nested(part));
    }
    if (more.length) row.more = more.join(' and ');
    return row;
  });
  const table = { id: 't', name: 't', type: 'decisionTableNode', content: { hitPolicy: 'first', inputs, outputs: [{ id: 'rule', name: 'rule', field: 'rule' }], rules: rows } };
  const decision = new ZenEngine().createDecision({
    contentType: 'application/vnd.gorules.decision',
    nodes: [{ id: 'i', name: 'i', type: 'inputNode' }, table, { id: 'o', name: 'o', type: 'outputNode' }],
    edges: [{ id: 'a', type: 'edge', sourceId: 'i', targetId: 't' }, { id: 'b', type: 'edge', sourceId: 't', targetId: 'o' }],
  });
  return async (facts) => (await decision.evaluate(facts)).result?.rule ?? -1;
}

function jsonCondition(node) {
  if (node.all) return { all: node.all.map(jsonCondition) };
  if (node.any) return { any: node.any.map(jsonCondition) };
  if (node.not) return { not: { all: node.not.map(jsonCondition) } };
  if (node.has) return { fact: node.fact, operator: LISTS.has(node.fact) ? 'meets' : 'in', value: node.has };
  return { fact: node.fact, operator: 'between', value: { min: node.min, max: node.max } };
}

function jsonRulesEngine(rules) {
  const { Engine } = require('json-rules-engine');
  const engine = new Engine();
  engine.addOperator('meets', (a, b) => a.some((x) => b.includes(x)));
  engine.addOperator('between', (a, b) => a >= b.min && (b.max === undefined || a <= b.max));
  rules.forEach((rule, i) => engine.addRule({ conditions: jsonCondition(rule), event: { type: 'rule', params: { i } }, priority: rules.length - i }));
  engine.on('success', () => engine.stop());
  return async (facts) => (await engine.run(facts)).events[0]?.params.i ?? -1;
}

const ENGINES = [['zen-engine', zenEngine], ['json-rules-engine', jsonRulesEngine]];

// Seconds of processor time.
function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function measure(make, set) {
  const begun = spent();
  const decide = make(set.rules);
  await decide(set.cases[0].facts);
  const ready = (spent() - begun) * 1000;
  let done = 0, differ = 0;
  const start = performance.now(), spentBefore = spent();
  while (performance.now() - start < SECONDS * 1000) {
    const { facts, rule } = set.cases[done % set.cases.length];
    differ += (await decide(facts)) !== rule;
    done++;
  }
  return { per_s: done / (spent() - spentBefore), ready_ms: ready, done, differ };
}

const results = { sets: [] };
const hopeless = new Set();
let differ = 0;
for (const size of [10, 100, 1000, 10000]) {
  const set = JSON.parse(readFileSync(resolve(dir, `set-${size}.json`)));
  const row = { rules: size, ours_per_s: Math.round(set.ours_per_s) };
  console.log(`${size} rules: ours ${row.ours_per_s} decisions a second, the choice of an organisation included`);
  for (const [name, make] of ENGINES) {
    if (hopeless.has(name)) {
      console.log(`  ${name}: left out, it was below ${TOO_SLOW} a second before`);
      continue;
    }
    const m = await measure(make, set);
    row[name] = { per_s: Number(m.per_s.toFixed(1)), ratio: Number((set.ours_per_s / m.per_s).toFixed(1)), differ: m.differ, tried: m.done };
    console.log(`  ${name}: ${m.per_s.toFixed(1)} a second (ours is ${row[name].ratio} times that), ready after ${m.ready_ms.toFixed(0)} ms; ${m.differ} of ${m.done} differ`);
    differ += m.differ;
    if (m.per_s < TOO_SLOW) hopeless.add(name);
  }
  results.sets.push(row);
}
writeFileSync(out, JSON.stringify(results, null, 2) + '\n');
process.exit(differ ? 1 : 0);
