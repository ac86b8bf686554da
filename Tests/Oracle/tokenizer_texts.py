"""The texts behind the tokenizer fixtures: training words and tricky strings."""

TRAINING_WORDS = """
a a a a a a an an the the the of of of photo photo photo photo picture drawing sketch origami
photograph photos bad good small large big dark bright close-up cropped black and white red green
blue yellow colour color dog dogs cat cats bird birds fish goldfish shark tench rooster hen house
houses tree trees car cars truck train plane boat ship bridge castle church tower street river lake
ocean beach mountain forest desert flower flowers garden apple apples banana orange lemon bread
cheese pizza coffee tea bottle cup plate knife fork spoon chair table lamp sofa bed door window
wall floor roof clock watch phone computer keyboard mouse screen book books paper pencil guitar
piano violin drum trumpet music dance football tennis baseball basketball running walking sitting
standing sleeping eating drinking person people man woman child children baby face hand eye hair
texture pattern stripes dots hello world testing tester fastest feature features naming words
letter letters number numbers this that there their these those in on at with without for from to
is are was were be been being it its in the they them her his our your jack lantern o'lantern
retriever golden labrador terrier spaniel shepherd it's don't we're i've i'm you'll he'd cafe
international nation station stationary action reaction endoftext startoftext text end start
"""

TRAINING_BEYOND_ASCII = """
café café cafés naïve über straße señor ñandú œuvre façade αλφα βητα γάμμα σας ςος привет мир
日本 日本語 中国 中文 한국 한국어 ½ ² € £ ’ “ ” … 🐶 🐱 ≯ ḉ
"""


def training_counts():
    """Word to count: the words, their plurals in s, and the numerals."""
    words = TRAINING_WORDS.split() + TRAINING_BEYOND_ASCII.split()
    words += [
        "!!",
        "...",
        "...",
        "--",
        "((",
        "))",
        ".,",
        "?!",
        "<|",
        "|>",
        "'s",
        "'t",
        "'ll",
        "'re",
    ]
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


# The `White_Space` code points of Unicode.
WHITE_SPACE = [
    *range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
    0x205F, 0x3000,
]  # fmt: skip

# Look like white space, or are in other lists of it, but are not `White_Space`.
NOT_WHITE_SPACE = [
    0x00, 0x01, 0x08, 0x0E, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x7F, 0x80, 0x9F, 0xAD, 0x34F, 0x180E,
    0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x2063, 0x2066, 0x2800,
    0x3164, 0xFE0F, 0xFEFF, 0xFFF9, 0xFFFC, 0xFFFD, 0xFFFE, 0xE000, 0x1F3FB, 0xE0001, 0xE0020,
    0x10FFFF,
]  # fmt: skip

PLAIN = [
    "", " ", "   ", "\t\n", "a", "A", "a photo of a dog", "A photo of a golden retriever.",
    "A photo of a tench, Tinca tinca.", "A photo of a jack-o'-lantern.",
    "  leading and trailing  ", "many    spaces\tand\ttabs\r\nand lines\n\n\nend",
    "hello!!! ... ?!?!", "hello , world .", "_under_score_", "__init__", "snake_case_word", "a_b",
    "_", "___", "close-up", "--", "---x---", "(a)(b)", "((nested))", "[x]{y}<z>", "<>", "< >",
    "/\\|", "a/b", "3 1/2 12th", "12345", "1234th", "007", "3.14159", "1e10", "v2.0", "90s",
    "1st 2nd 3rd", "a1b2c3", "x²y³", "H2O", "C3PO", "Mr. O'Neill's dog", "test", "testing",
    "testest", "estestest", "tttttttt", "aaaaaaaaa", "dogdogdog", "thethethe", "inininin",
    "nationstation", "stationaryaction", "zzz", "qqqq", "The Quick Brown Fox", "ALL CAPS TEXT",
    "MiXeD cAsE", "email@example.org", "https://a.example/?q=1&r=2#s", "100%", "$5", "£5 €5 ¥5",
    "C++", "C#", "#hashtag @user", "a&b", "R&B", "~tilde~", "`code`", "^", "+-*/=", "a+b=c",
    ";:,.", "..", "....", ".....", "!!", "!!!", "!!!!", "?!", "a.", ".a", "a.b.c", "U.S.A.",
]  # fmt: skip

CONTRACTIONS = [
    "don't DON'T", "it's IT'S It'S", "'s", "'S", "'t", "'T", "'re 'RE", "'ve 'VE", "'m 'M",
    "'ll 'LL 'Ll", "'d 'D", "we'll they're I've I'm he'd", "'stuff", "'tis", "'twas 'til",
    "o'clock", "rock 'n' roll", "dogs'", "dogs' tails", "'quoted'", "''", "'''", "''s", "'''s",
    "''t''ll", "'s's's", "x's'y", "a'b'c", "s'", "'", " ' ", "'1", "1's", "90's", "!'s", "-'s",
    "'-s", "it’s", "don’t", "’s", "’S", "‘quoted’", "“curly”", "„low“ «guillemets» ‹single›",
    "it´s", "it`s", "itʼs", "it＇s", "'ſ", "it'ſ", "'K", "l'école", "'reel", "'dm", "'mm",
    "'llama", "'vend", "'\u0301s", "' s", "'\u00a0s", "'s\u0301",
]  # fmt: skip

UNICODE = [
    "café", "cafe\u0301", "CAFÉ", "CAFE\u0301", "e\u0301e\u0300", "\u0301", "a\u0301\u0327",
    "a\u0327\u0301", "ḉ c\u0327\u0301 c\u0301\u0327 ç\u0301", "Å \u212b A\u030a",
    "\u212a \u2126 \u2127", "ﬁ ﬂ ﬀ ﬃ ﬄ ﬅ ﬆ", "oﬃce", "Ｆｕｌｌ　ｗｉｄｔｈ", "１２３", "ｶﾀｶﾅ ﾊﾟ",
    "ß ẞ STRASSE straße", "ΣΑΣ", "ΟΔΟΣ ὈΔΥΣΣΕΎΣ", "Σ", "ΑΣ.", "ςσΣ", "İSTANBUL", "I İ ı i",
    "ÌÍ I\u0307", "ǅ ǆ Ǆ", "ǈ ǋ ǲ", "ᾈ ᾼ ῼ", "ŉ ǰ ΐ", "Ω Ω ω", "Ⓐ ⓐ", "Ⅳ ⅳ ⅷ", "½ ¼ ¾ ⅓",
    "½ Ⅳ ² ٣", "²³¹⁰ⁿ", "①②③", "٠١٢٣٤", "०१२", "๑๒๓", "一二三", "㊿ ㉈", "ªº", "ʰʲ",
    "日本語", "日本語のテキスト",
    "中文字符测试", "한국어 \u1112\u1161\u11ab", "\u1100\u1161\u11a8", "각\u11a8", "ไทยภาษา ก็",
    "हिन्दी क्षि", "العربية مرحبا", "שלום עולם שָׁלוֹם", "Привет МИР", "Ёлка Е\u0308", "Ꭰ ꭰ Ა ა",
    "𝐁𝐨𝐥𝐝 𝒮", "𐐀𐐨", "𝟘𝟙", "𠀀𪛖", "Zalgo z\u0335\u0301\u0323\u0308\u0327\u0330",
    "a" + "\u0301" * 40, "o" + "\u0323\u0302" * 15, "🐶", "🐶🐱", "👩‍👩‍👧‍👦", "👍🏽", "🇫🇷🇩🇪", "❤️",
    "a🐶b", "dog🐶dog", "☃.", "1️⃣", "\u202eRTL\u202c", "abc\u202edef", "\u200fx", "✓ ✗ → ←", "…",
    "a…b", "– — ―", "©®™", "°C 25°", "№5", "ℕℝ", "ﷺ", "\ufb1d", "\u0958", "\u2adc", "\U0001d15e",
    "\u0344", "\u0374;\u037e", "\u0340\u0341", "\u1fef", "\u2000a", "\uf900",
    ">\u0338 <\u0338 =\u0338", "!\u0301", "1\u0301", "\u0301a", " \u0301", "\u00a0\u0301",
    "a\u200db", "a\u200cb", "a\u00adb", "co\u00adop", "\ufeffhello",
]  # fmt: skip

MARKUP = [
    "&amp;", "&lt;b&gt;", "AT&amp;T", "&#39;s", "&#x27;", "&eacute;", "&nbsp;x", "&amp;amp;",
    "schÃ¶n", "â€œmojibakeâ€\u009d", "<b>bold</b>", "{}", "{label}", "%s %d", "\\n \\u0041",
    "a\x00b", "\x00", "a\x01b\x02", "\x1b[31mred\x1b[0m", "tab\x0bvt\x0cff",
]  # fmt: skip

SPECIAL_EXACT = [
    "<|endoftext|>", "<|startoftext|>", "a <|endoftext|> b", "a<|endoftext|>b", " <|endoftext|> ",
    "x<|endoftext|><|endoftext|>", "<|startoftext|>a photo<|endoftext|>", "<|endoftext|>'s",
    "it<|endoftext|>'s", "<|endoftext|>!!", "!!<|endoftext|>", "<|<|endoftext|>|>",
    "<|endoftext|", "|endoftext|>", "<|endoftext |>", "< |endoftext|>", "<|endoftext|>>",
    "<<|endoftext|>", "<|end", "endoftext", "</w>", "a</w>", "<pad>", "<unk>",
]  # fmt: skip

# Where versions of transformers, or flags in tokenizer.json, give different ids.
SPECIAL_OTHER_CASE = [
    "a <|ENDOFTEXT|> b", "<|EndOfText|>", "<|STARTOFTEXT|>a", "<|ENDOFTEXT|>!!",
    "!!<|ENDOFTEXT|>", "<|ENDOFTEXT|>'s", "<|STARTOFTEXT|><|ENDOFTEXT|>", "<|ENDOFTEXT|>>\u0338",
    "<|endoftext|>\u0338", "<|endoftext|>\u0301", "a\u0301<|endoftext|>\u0338b",
    "<|ENDOFTE\u212aT|>", "<|endoftext|\u226f", "<|endoftext|>",
]  # fmt: skip


def code_point_texts():
    """Every white-space code point, and some that are not, between words and marks."""
    points = WHITE_SPACE + NOT_WHITE_SPACE
    texts = [f"dog{chr(point)}cat" for point in points]
    texts.append("".join(f"a{chr(point)}" for point in WHITE_SPACE))
    texts.append("".join(f"!{chr(point)}" for point in WHITE_SPACE))
    texts.append("".join(chr(point) for point in WHITE_SPACE))
    return texts


def long_texts():
    """Texts far longer than any context: many words, one word, one mark, one letter."""
    return [
        "a photo of a dog, " * 40,
        "goldfish" * 60,
        "!" * 300,
        "test" * 33 + "s" * 33,
        "日" * 120,
    ]


def all_texts():
    """The texts of cases.json, in order."""
    groups = [PLAIN, CONTRACTIONS, UNICODE, MARKUP, SPECIAL_EXACT, code_point_texts(), long_texts()]
    texts = [text for group in groups for text in group]
    return list(dict.fromkeys(texts))
