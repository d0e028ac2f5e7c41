// schema.js - documents checked by ajv in its strict mode
//
//   node schema.js < {"schemas": {KIND: schema}, "documents": [{"kind", "name", "value"}]}
// Prints {"NAME": ["where: what", ...]} of those that do not fit.
"use strict";
const fs = require("fs");
const Ajv = require("ajv");

const given = JSON.parse(fs.readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true });
ajv.addKeyword("enumDescriptions"); // for editors
const check = Object.fromEntries(Object.entries(given.schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]));
const wrong = {};
for (const { kind, name, value } of given.documents) {
  if (!check[kind](value)) wrong[name] = check[kind].errors.map((e) => `${e.instancePath}: ${e.message}`);
}
process.stdout.write(JSON.stringify(wrong));
