"""Words of other languages that state a number, a time, money, how bad it is, or how to run. Pure.

The law: nothing is set by these tables. A sentence cannot be read word by word, so a model reads it; what it read has to be
what its words can say at all, and what stands here in no language says nothing.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from orchestrator.model import Mode, Severity

NUMBERS: Mapping[str, Decimal] = {
    word: Decimal(value)
    for value, words in {
        "0.5": "half halbe halben demi demie media meia mezz'* mezza halv* pół yarım пол* 半 반",
        "1": "ein eine einer un une uno una um uma één jedn* bir один одну 一 한",
        "2": "zwei deux dos dois duas due twee dwie dwóch två iki два две 两 二 두",
        "3": "drei trois tres três tre drie trzy trzech üç три 三 세",
        "4": "vier quatre cuatro quatro quattro cztery fyra dört четыре 四 네",
        "5": "fünf cinq cinco cinque vijf pięć fem beş пять 五 다섯",
        "6": "sechs six seis sei zes sześć sex altı шесть 六",
        "7": "sieben sept siete sete sette zeven siedem sju yedi семь 七",
        "8": "acht huit ocho oito otto osiem åtta sekiz восемь 八",
        "9": "neun neuf nueve nove negen dziewięć nio dokuz девять 九",
        "10": "zehn dix diez dez dieci tien dziesięć tio on десять 十",
        "15": "fünfzehn quinze quince quindici vijftien piętnaście femton пятнадцать 十五",
        "20": "zwanzig vingt veinte vinte venti twintig dwadzieścia tjugo yirmi двадцать 二十",
        "30": "dreißig trente treinta trinta trenta dertig trzydzieści trettio otuz тридцать 三十",
    }.items()
    for word in words.split()
}
UNITS: Mapping[str, int] = {
    word: seconds
    for seconds, words in {
        60: "m min min. mins minut* minuu* мин* dakika* 分* 분*",
        3600: "h hour* stunde* uur uren heure* hora* ora ore godzin* timm* saat* час* 小时* 小時* 時間* 시간*",
        86_400: "day* tag tage tagen jour* día* dia dias giorn* dag dagen dagar dni dzień gün* дн* день 天* 日間* 일*",
        604_800: "week* woche* semaine* semana* settiman* weken tydzień tygodn* veck* hafta* недел* 周* 週間* 주*",
    }.items()
    for word in words.split()
}
YESTERDAY = "yesterday gestern hier ayer ontem ieri gisteren wczoraj igår dün včera вчера 昨天 昨日 어제"
CLOCKS = r"(?:[:h.時点點시]|\s?(?:h|uhr|heures?|uur|godz)\b)"
"""What stands between or behind the figures of a clock."""
DEPLOY = (
    "deploy* release* rollout* déploi* mise* despliegue* implanta* rilasci* uitrol* wdroże* деплой*"
    " релиз* 部署* 发布* デプロイ* 배포*"
)
MONEY = (
    "$ usd dollar* dólar* dolar* dollár* доллар* 美元 ドル 달러 euro* € budget* bütçe* бюджет* 预算 予算*"
    " 예산* presupuesto* orçamento* bucks"
)
SEVERITIES: Mapping[Severity, str] = {
    Severity.SEV1: (
        "critical kritisch* critique* crític* critic* kritiek* krytyczn* kritisk* kritik* kritick* критич*"
        " 紧急 緊急 致命 심각*"
    ),
    Severity.SEV2: "high hoch hohe hoher haute élevé* alta alto hoog hoge wysok* hög hoge yüksek* высок* 高",
    Severity.SEV3: "medium mittel mittlere moyen* media médi* gemiddeld* średni* medel* orta средн* 中",
    Severity.SEV4: "low niedrig* basse faible baja bajo baixa baixo bassa basso laag lage nisk* låg* düşük* низк* 低",
}
HOW_BAD = (
    "severity priority schwere* schweregrad priorit* gravité gravedad gravidade gravità sévérité severid*"
    " severità ernst prioriteit"
    " priorytet* allvar* öncelik* önem* приоритет* 优先* 严重* 重要度* 優先* 심각도* 우선*"
)
"""Beside one of these a high is a severity; by itself only what is critical is."""
MODES: Mapping[Mode, tuple[str, ...]] = {
    Mode.PARALLEL: (
        "parall", "paralel", "at once", "gleichzeitig", "simultan", "en même temps", "a la vez", "ao mesmo tempo",
        "contemporane", "tegelijk", "równoleg", "samtidig", "aynı anda", "параллел", "одновремен", "並列", "并行", "同时",
        "동시",
    ),
    Mode.SEQUENTIAL: (
        "sequen", "sekwenc", "secuenc", "one by one", "one after", "nacheinander", "hintereinander", "l'un après l'autre",
        "uno por uno", "uno tras otro", "um por um", "depois do outro", "uno alla volta", "uno dopo l'altro",
        "één voor één", "na elkaar", "po kolei", "en i taget", "sırayla", "по очереди", "последовательн", "順番", "依次",
        "순서",
    ),
}  # fmt: skip
"""Parts of words."""
AGENTS: Mapping[str, str] = {
    "application": (
        "application* anwendung* applik* aplica* aplik* applicaz* toepassing* uygulama* приложен* 应用* アプリ* 앱*"
    ),
    "database": (
        "database* datenbank* données datos dados db databas* danych veritaban* баз* 数据库 データベース* 데이터베이스*"
    ),
    "network": (
        "network* netzwerk* netz réseau* red rede rete netwerk* sieć sieci nätverk* ağ ağı сеть сети 网络"
        " ネットワーク* 네트워크*"
    ),
}
"""What agents are called; one that is not here is only called by its name."""
ONLY = (
    "only just nur allein seulement uniquement que sólo solo só apenas soltanto alleen slechts tylko bara"
    " endast sadece yalnız* jen только 只 だけ 만"
)
NOT = "not no non never isn't nicht kein* ne pas não nie niet geen inte değil не нет 不 ない 아니*"

_LETTERS = re.compile(r"[^\W\d_]", re.UNICODE)
_RUN_TOGETHER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def folded(text: str) -> str:
    """In lower case, also the Turkish capital I, whose dot would else be a letter of its own."""
    return text.casefold().replace("\u0307", "")


@cache
def pattern(words: str) -> str:
    """A regular expression for any of these words; `*` is any ending. Scripts that run words together"
    " have no edges."""
    return "|".join(_one(each) for each in sorted(words.split(), key=len, reverse=True))


def _one(word: str) -> str:
    bare = re.escape(word.rstrip("*"))
    if _RUN_TOGETHER.search(word) or not _LETTERS.search(word):
        return bare
    ends = "" if word.endswith("*") else r"(?![^\W_])"
    return rf"(?<![^\W\d_]){bare}{ends}"
