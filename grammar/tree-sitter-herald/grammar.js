// Campaign files for editors that colour with tree-sitter (Helix, Neovim). `src/parser.c` is made from this file by
// `tree-sitter generate --abi 14`; README.md says how. A test of the crate holds the kinds to the table of kinds.
//
// What counts is `syntax/` of the program: this grammar knows declarations, settings and brackets, and takes expressions as flat
// rows of pieces. No word is reserved in a value, so words such as `and` are told apart by `queries/highlights.scm`.

const KINDS = [
  'source', 'sender', 'policy', 'profile', 'segment', 'cluster', 'model', 'strategy', 'tone', 'copy', 'offer', 'template',
  'campaign', 'test',
];

const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

module.exports = grammar({
  name: 'campaign',

  word: $ => $.word,

  extras: $ => [/\s/, $.doc_comment, $.comment],

  // Where a word follows a value, only what stands behind it says whether it goes on or begins the next setting.
  conflicts: $ => [[$.value]],

  rules: {
    file: $ => repeat(choice($.use, $.declaration)),

    use: $ => seq('use', optional(seq($.word, repeat(seq(',', $.word)), 'from')), $.string),

    declaration: $ => seq(
      field('kind', alias(choice(...KINDS), $.kind)),
      field('name', optional($.word)),
      field('title', optional($.string)),
      $.block,
    ),

    block: $ => seq('{', repeat(choice($.setting, $.variant, ',')), '}'),

    variant: $ => prec.dynamic(1, seq(
      'variant',
      field('name', $.word),
      repeat(choice($.string, $.quantity)),
      optional($.block),
    )),

    setting: $ => seq(field('key', choice($.word, alias('variant', $.word))), ':', $.value),

    // A comma ends a setting, but where what follows cannot begin another: `every monday, thursday at 09:00`.
    value: $ => seq(repeat1($._piece), repeat(seq(',', repeat1($._piece)))),

    _piece: $ => choice(
      $.word, alias('variant', $.word), $.member, $.call, $.group, $.list,
      $.date, $.time, $.quantity, $.number, $.string, $.text_block, $.operator,
    ),

    member: $ => seq('.', $.word),

    call: $ => seq(field('name', $.word), alias($._arguments, $.arguments)),
    _arguments: $ => seq(token.immediate('('), repeat(choice($.argument, $._piece, ',')), ')'),
    argument: $ => prec(1, seq(field('name', $.word), ':')),

    group: $ => seq('(', repeat(choice($._piece, ',')), ')'),
    list: $ => seq('[', repeat(choice($._piece, ',')), ']'),

    operator: _ => choice('=', '!=', '<', '>', '<=', '>=', '..', '+', '-', '*', '/'),

    date: _ => token(prec(2, /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?/)),
    time: _ => token(prec(2, /\d{1,2}:\d{2}(:\d{2})?/)),
    number: _ => /\d+(_\d+)*(\.\d+)?/,
    quantity: $ => prec(1, seq($.number, $.unit)),
    unit: _ => token(prec(1, choice(
      '%', /[A-Z]{3}/, seq(choice(...UNITS), optional('s')),
      '天', '日', '周', '小时', '分钟', '个月', '月', '年', '元',
    ))),

    string: $ => seq(
      '"',
      repeat(choice(alias($._string_text, $.text), $.escape, $._template)),
      token.immediate('"'),
    ),
    _string_text: _ => token.immediate(prec(1, /[^"\\{\n]+|\{/)),
    escape: _ => token.immediate(prec(1, /\\[^\n]/)),

    text_block: $ => seq(
      '"""',
      repeat(choice(alias($._block_text, $.text), $._template)),
      token.immediate(prec(3, '"""')),
    ),
    _block_text: _ => token.immediate(prec(1, /[^"{]+|"|""|\{/)),

    // minijinja, as far as colours need it.
    _template: $ => choice($.interpolation, $.tag, $.template_comment),
    interpolation: $ => seq(
      alias(token.immediate(prec(2, /\{\{-?/)), '{{'), repeat($._template_piece), alias(/-?\}\}/, '}}'),
    ),
    tag: $ => seq(
      alias(token.immediate(prec(2, /\{%-?/)), '{%'), repeat($._template_piece),
      alias(/-?%\}/, '%}'),
    ),
    template_comment: _ => token.immediate(prec(2, seq('{#', /([^#]|#+[^#}])*/, /#+\}/))),
    _template_piece: $ => choice(
      $.word, $.member, $.filter, $.number, alias($.template_string, $.string),
      alias($.template_operator, $.operator), '(', ')', '[', ']', ',', ':',
    ),
    filter: $ => seq('|', $.word),
    template_string: _ => token(choice(/'([^'\\\n]|\\.)*'/, /"[^"\n]*"/, /\\"[^"\n]*\\"/)),
    template_operator: _ => choice('=', '==', '!=', '<', '>', '<=', '>=', '+', '-', '*', '/', '~', '%'),

    word: _ => /[\p{XID_Start}][\p{XID_Continue}]*/,

    doc_comment: _ => token(prec(1, /##[^\n]*/)),
    comment: _ => token(/#[^\n]*/),
  },
});
