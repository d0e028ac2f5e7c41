"""`rules classify` and `rules score` over the shipped configuration, with sentences made up here."""
from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CTL = str(Path(os.environ.get("REFERRAL_TEST_BUILD", ROOT / "build" / "asan")) / "referralctl")
CONFIG = ROOT / "config"

FIELDS = [
    ("丈夫搬出去住了两年，想离婚，女儿五岁由谁抚养", "marriage-family"),
    ("哥哥不让我分父亲留下的房子，父亲没有立遗嘱", "marriage-family"),
    ("隔壁砌墙挡住我家窗户的采光", "neighbour"),
    ("房东不退押金，租期已满", "house-land"),
    ("开发商逾期交房半年", "house-land"),
    ("朋友写了借条借走三万元一直不还", "debt"),
    ("信用卡逾期被银行起诉还款", "finance"),
    ("投保的重疾险理赔时被保险公司拒赔", "insurance"),
    ("买入的上市公司股票因信息披露虚假陈述亏损", "securities"),
    ("电动车与轿车相撞，交警认定对方全责", "traffic"),
    ("手术后感染，医院说是并发症，我们认为误诊", "medical"),
    ("物业公司提高物业费，业主不同意", "property-management"),
    ("公司辞退我不给经济补偿金", "labour"),
    ("外卖骑手送餐受伤，平台说没有劳动关系", "platform-labour"),
    ("在工地干活，包工头欠我们二十几个民工的工钱", "wages-migrant"),
    ("超市卖的牛奶已经过期，要求十倍赔偿", "consumer"),
    ("网店买的鞋子七天无理由退货被拒", "e-commerce"),
    ("健身房关门，年卡余额不退", "prepaid-card"),
    ("跟团游旅行社临时改行程不退团费", "tourism"),
    ("货车运输途中货物损坏，承运人不赔", "logistics"),
    ("装修公司延误工期", "construction"),
    ("股东要求查阅公司会计账簿", "commercial"),
    ("店铺招牌用了我们的注册商标", "intellectual-property"),
    ("化工厂排放废水污染鱼塘", "environment"),
    ("承包地的四至不清，两家都说是自家的田", "forest-land"),
    ("祖屋拆迁，安置房面积和协议不一样", "expropriation"),
    ("孩子在学校课间被同学推倒骨折", "minors"),
    ("邻村的狗咬伤我，要求赔偿医药费", "damages"),
    ("不服城管的行政处罚", "administrative-matter"),
]

CRIMES = [
    ("多次向他人贩卖冰毒", "manual", "crime-excluded"),
    ("蒙面持刀抢劫路人", "manual", "crime-excluded"),
    ("虚开增值税专用发票抵扣税款", "manual", "crime-excluded"),
    ("在网上虚构身份骗取他人钱款", "manual", "crime-doubtful"),
    ("翻窗入室盗走手机一部", "manual", "crime-doubtful"),
    ("利用担任公司会计的职务便利侵吞货款", "manual", "crime-doubtful"),
    ("因琐事与同事争吵，用拳头将其打成轻伤二级", "manual", "crime-light-injury"),
    ("拖欠工人工资后逃匿，经劳动保障监察部门责令支付仍不支付", "assigned", "crime-wages"),
    ("驾驶货车疏于观察，碰撞行人致其死亡，负主要责任", "assigned", "crime-traffic"),
    ("祭祖烧纸引发山火，烧毁邻家果园", "assigned", "crime-negligent-danger"),
]


def ctl(*args: str, text: str = "", config: Path = CONFIG) -> subprocess.CompletedProcess:
    return subprocess.run([CTL, *args, "-c", str(config)], input=text.encode(), capture_output=True, timeout=120,
                          check=False)


def classify(*lines: dict) -> list[dict]:
    done = ctl("rules", "classify", "--jsonl", text="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict]:
    """All fields in one run: the configuration is read once."""
    texts = [text for text, _ in FIELDS]
    return dict(zip(texts, classify(*({"channel": "platform", "text": text} for text in texts))))


@pytest.mark.parametrize("text,category", FIELDS)
def test_field(answers: dict, text: str, category: str) -> None:
    assert answers[text]["category"] == category, answers[text]


def test_what_a_line_says() -> None:
    answer, = classify({"channel": "court", "text": "信用卡逾期被银行起诉还款"})
    assert answer["line"] == 1
    assert answer["category_name"] == "金融纠纷"
    assert answer["outcome"] == "assigned" and answer["organisation"] and answer["kind"] and answer["rule"]
    assert answer["classifier"] == "weigh-words"
    assert max(answer["points"], key=answer["points"].get) == "finance"
    assert answer["why"] and all(set(w) == {"word", "for", "points"} for w in answer["why"])
    assert [abs(w["points"]) for w in answer["why"]] == sorted((abs(w["points"]) for w in answer["why"]), reverse=True)


def test_words_that_say_nothing_go_to_a_general_centre() -> None:
    answer, = classify({"text": "双方各执一词"})
    assert answer["category"] is None and answer["tags"] == ["unsure"]
    assert answer["rule"] == "unclassified" and answer["kind"] == "centre"


def test_a_category_that_is_given_stands_and_one_that_is_unknown_is_named() -> None:
    given, unknown = classify({"text": "邻居漏水", "category": "物业纠纷"}, {"text": "邻居漏水", "category": "别的说法"})
    assert given["category"] == "property-management" and given["classifier"] is None
    assert unknown["category"] == "neighbour" and unknown["ignored"] == ["category"]


@pytest.fixture(scope="module")
def crimes() -> dict[str, dict]:
    return dict(zip((c[0] for c in CRIMES), classify(*({"channel": "procuratorate", "text": c[0]} for c in CRIMES))))


@pytest.mark.parametrize("text,outcome,tag", CRIMES)
def test_offence_from_the_facts(crimes: dict, text: str, outcome: str, tag: str) -> None:
    assert crimes[text]["outcome"] == outcome and tag in crimes[text]["tags"], crimes[text]


def test_a_named_offence_counts_before_the_text() -> None:
    named, excluded = classify({"channel": "procuratorate", "text": "利用职务便利", "offence": "诽谤罪"},
                               {"channel": "procuratorate", "text": "发帖损害他人名誉", "offence": "抢劫罪"})
    assert named["outcome"] == "assigned"
    assert excluded["outcome"] == "refused" and excluded["reason"] == "not-reconcilable"


def test_no_offence_that_the_law_excludes_is_let_through_by_its_name() -> None:
    names = ["故意杀人罪", "强奸罪", "绑架罪", "抢劫罪", "危险驾驶罪", "寻衅滋事罪", "聚众斗殴罪", "妨害公务罪"]
    for answer in classify(*({"channel": "procuratorate", "text": "事实待查", "offence": name} for name in names)):
        assert answer["outcome"] == "refused", answer


def test_a_bad_line_is_told_in_its_place_and_the_rest_goes_on() -> None:
    lines = ['{"text": "邻居漏水"}', "{", '{"text": 1}', '{"channel": "court"}', '{"channel": "kourt", "text": "x"}',
             '{"channel": "court", "mode": "police-civil", "text": "x"}', '{"text": "x", "place": "99"}', "",
             '{"text": "邻居漏水"}']
    done = ctl("rules", "classify", "--jsonl", "-", text="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 1
    assert [a["line"] for a in answers] == [1, 2, 3, 4, 5, 6, 7, 9]
    errors = {a["line"]: a["error"] for a in answers if "error" in a}
    assert errors == {
        2: "not one JSON object, at byte 1",
        3: "text: should be a text in quotes, of at most 64 KiB",
        4: "text: is missing",
        5: "channel: should be one of court, petition, police, procuratorate, platform",
        6: "mode: belongs to another channel",
        7: "place: should be the code of a region of this configuration, in quotes",
    }
    assert done.stderr.decode() == 'referralctl: 6 of 8 lines could not be read: see "error" in their place\n'


def test_each_line_is_answered_before_the_next_is_sent() -> None:
    with subprocess.Popen([CTL, "rules", "classify", "-c", str(CONFIG)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        for text, category in FIELDS[:3]:
            process.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["category"] == category
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_file_that_is_not_there() -> None:
    done = ctl("rules", "classify", "no-such-file.jsonl")
    assert done.returncode == 2 and done.stdout == b""
    assert done.stderr.decode() == "referralctl: no-such-file.jsonl: No such file or directory\n"


# ---- score ----

@pytest.fixture
def trial(tmp_path: Path) -> tuple[Path, Path]:
    """Four labelled lines and a map."""
    texts = tmp_path / "texts.jsonl"
    lines = [{"text": "想离婚，孩子由谁抚养", "label": "家事"}, {"text": "邻居漏水泡坏天花板", "label": "家事"},
             {"text": "朋友借钱不还，有借条", "label": "借贷;家事"}, {"text": "双方有矛盾", "label": "不明"},
             {"text": "公司辞退我", "label": "没有写"}]
    texts.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    labels = tmp_path / "map.csv"
    labels.write_text("label,accept,grade,why\n家事,marriage-family,main,\n家事,debt,also,夫妻债务\n借贷,debt,main,\n不明,none,main,\n",
                      encoding="utf-8")
    return texts, labels


def test_score_as_json(trial: tuple[Path, Path]) -> None:
    texts, labels = trial
    done = ctl("rules", "score", "--labels", str(labels), "--json", str(texts))
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr.decode()
    assert {k: said[k] for k in ("lines", "scored", "skipped", "faulty", "main", "right")} == {
        "lines": 5, "scored": 4, "skipped": 1, "faulty": 0, "main": 2, "right": 3}
    assert said["accuracy_main"] == 0.5 and said["accuracy"] == 0.75
    family = next(c for c in said["classes"] if c["code"] == "marriage-family")
    assert (family["gold"], family["given"], family["right"], family["recall"]) == (2, 1, 1, 0.5)
    assert {"asked": "marriage-family", "given": "neighbour", "n": 1} in said["confusion"]
    assert {"label": "家事", "n": 3, "main": 1, "right": 2} in said["labels"]


def test_score_for_a_terminal(trial: tuple[Path, Path]) -> None:
    texts, labels = trial
    said = ctl("rules", "score", "--labels", str(labels), str(texts)).stdout.decode()
    assert said.startswith("5 lines, 4 scored, 1 without a label to score\n"
                           "right in the main:     50.0 %  (2)\n"
                           "right:                 75.0 %  (3)\n")
    assert "  1 婚姻家庭纠纷                    2      1      1    100.0     50.0     66.7\n" in said
    assert "家事                                    3     33.3     66.7\n" in said


def test_one_text_may_be_judged_by_its_hash(trial: tuple[Path, Path], tmp_path: Path) -> None:
    import hashlib
    texts, labels = trial
    judged = tmp_path / "judged.csv"
    digest = hashlib.sha256("邻居漏水泡坏天花板".encode()).hexdigest()[:16]
    judged.write_text(f"label,accept,grade,why\nsha256:{digest},neighbour,main,标错\n", encoding="utf-8")
    done = ctl("rules", "score", "--labels", str(labels), "--labels", str(judged), "--json", str(texts))
    assert json.loads(done.stdout)["right"] == 4


def test_a_map_that_is_wrong(trial: tuple[Path, Path]) -> None:
    texts, labels = trial
    labels.write_text("label,accept,grade,why\n家事,mariage-family,main,\n借贷,debt,perhaps,\n,debt,main,\n不明,outcome=lost,main,\n",
                      encoding="utf-8")
    done = ctl("rules", "score", "--labels", str(labels), str(texts))
    said = done.stderr.decode()
    assert done.returncode == 2
    for part in (":2:4: error: no category `mariage-family`", "did you mean `marriage-family`?",
                 ":3:9: error: `perhaps` is no grade", ":4:1: error: a row without a label", ":5:4: error: no such outcome"):
        assert part in said, said


def test_lines_without_a_label_are_faulty(trial: tuple[Path, Path]) -> None:
    texts, labels = trial
    texts.write_text('{"text": "想离婚"}\n{\n', encoding="utf-8")
    done = ctl("rules", "score", "--labels", str(labels), str(texts))
    assert done.returncode == 1
    assert f"{texts}:1: no label: none of label, cause, charge and category" in done.stderr.decode()
    assert f"{texts}:2: not one JSON object" in done.stderr.decode()


def test_questions_made_up_for_each_field() -> None:
    """The shipped words on tests/score/questions.jsonl: a floor, so that an edit of one field is seen in the others."""
    score = ROOT / "tests" / "score"
    done = ctl("rules", "score", "--labels", str(score / "questions.csv"), "--json", str(score / "questions.jsonl"))
    said = json.loads(done.stdout)
    assert said["scored"] == said["lines"] == 549 and said["faulty"] == 0
    assert said["accuracy"] >= 0.94, said["confusion"]


def test_everyday_pairs_count_in_a_short_text_only() -> None:
    text = "在厂里操作机器压断手指"
    short, long = classify({"text": text}, {"text": text + "，" * 200})
    assert short["category"] == "labour" and short["points"]["labour"] > long["points"].get("labour", 0)


@pytest.mark.parametrize("name", ["court", "consult", "consult-top", "consult-judged", "offences-held", "offences-recognised", "questions"])
def test_the_maps_of_the_sources_fit_the_configuration(name: str, tmp_path: Path) -> None:
    texts = tmp_path / "x.jsonl"
    texts.write_text(json.dumps({"text": "邻居漏水", "cause": "相邻关系纠纷"}) + "\n", encoding="utf-8")
    path = ROOT / "tests" / "score" / f"{name}.csv"
    done = ctl("rules", "score", "--labels", str(path), "--json", str(texts))
    assert json.loads(done.stdout)["lines"] == 1, done.stderr.decode()
    with path.open(encoding="utf-8") as rows:
        assert next(csv.reader(rows)) == ["label", "accept", "grade", "why"]
