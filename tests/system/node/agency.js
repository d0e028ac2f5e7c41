// agency.js - submits one referral, verifies its receipt, follows the chain; prints what it found as one JSON object
//
//   node agency.js ENDPOINT ROUTER_KEY PUBLIC_KEY SECRET_KEY PROTO_DIR AGENCY_REF PLACE
"use strict";
const crypto = require("crypto");
const path = require("path");
const protobuf = require("protobufjs");
const zmq = require("zeromq");

const [endpoint, routerKey, publicKey, secretKey, protoDir, agencyRef, place] = process.argv.slice(2);

function load(names) {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => path.isAbsolute(target) ? target : path.join(protoDir, target);
  return root.loadSync(names.map((name) => path.join(protoDir, "referral/v1", `${name}.proto`)));
}

const root = load(["envelope", "referral", "journal"]);
const type = (name) => root.lookupType(`referral.v1.${name}`);
const ClientMessage = type("ClientMessage");
const ServerMessage = type("ServerMessage");
const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), crypto.createHash("sha256")).digest();

class Agency {
  constructor() {
    this.socket = new zmq.Dealer({
      linger: 0,
      curveServerKey: routerKey,
      curvePublicKey: publicKey,
      curveSecretKey: secretKey,
    });
    this.socket.connect(endpoint);
    this.count = 0;
  }

  async send(body) {
    const requestId = `js-${++this.count}`;
    const message = ClientMessage.encode(ClientMessage.fromObject({ version: 1, requestId, ...body })).finish();
    await this.socket.send([Buffer.alloc(0), message]);
    return requestId;
  }

  async receive() {
    const [delimiter, frame] = await this.socket.receive();
    if (delimiter.length !== 0) throw new Error("no delimiter");
    return ServerMessage.decode(frame);
  }

  async ask(body) {
    const requestId = await this.send(body);
    for (;;) {
      const message = await this.receive();
      if (message.requestId === requestId) return message;
    }
  }
}

async function main() {
  const agency = new Agency();
  const Referral = type("Referral");
  const bytes = Buffer.from(Referral.encode(Referral.fromObject({
    channel: "CHANNEL_COURT", mode: "MODE_COURT_PRE_FILING", agencyRef, placeCode: place, summary: "相邻通行争议",
    parties: [{ role: "PARTY_ROLE_APPLICANT", kind: "PARTY_KIND_PERSON", name: "甲" }],
  })).finish());
  const first = await agency.ask({ submit: { referrals: [bytes] } });
  const again = await agency.ask({ submit: { referrals: [bytes] } });
  const receipt = type("Receipt").decode(first.submitReply.receipts[0]);
  await agency.send({ follow: { afterSeq: 0, credit: 1000 } });
  let previous = Buffer.alloc(32);
  let expected = 1;
  let anchored = false;
  while (!anchored) {
    const message = await agency.receive();
    if (!message.entries) continue;
    for (const entry of message.entries.entries) {
      if (Number(entry.seq) !== expected++) throw new Error("a gap");
      const hash = sha256(previous, entry.body);
      if (!hash.equals(entry.hash) || !previous.equals(entry.previousHash)) throw new Error(`broken at ${entry.seq}`);
      previous = hash;
      anchored = anchored || (Number(entry.seq) === Number(receipt.journalSeq) && hash.equals(receipt.journalHash));
    }
  }
  console.log(JSON.stringify({
    status: receipt.status, referral: receipt.referralId, organisation: receipt.organisationId,
    content_matches: sha256(bytes).equals(receipt.contentSha256), anchored,
    repeated_identically: Buffer.from(first.submitReply.receipts[0]).equals(again.submitReply.receipts[0]),
    duplicate: again.submitReply.duplicate[0], entries: expected - 1,
  }));
  agency.socket.close();
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
