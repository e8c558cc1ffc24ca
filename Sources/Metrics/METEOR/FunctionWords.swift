/// English words with more of grammar than of content, of which matches count less in METEOR.
///
/// Our own list for those who have no copy of METEOR's, which is another: articles, prepositions, pronouns,
/// conjunctions, forms of "be", "have", "do" and of modal verbs, parts of contractions, and punctuation.
enum FunctionWords {
  static let own: Set<String> = Set(
    """
    a an the this that these those each every some any no all both
    of in on at to by for from with into onto over under above below up down off out near beside behind between
    through across around along against among before after during while until since about as than
    i me my we us our you your he him his she her it its they them their one someone who whom whose which what
    and or but nor so if because when where there here then not
    be am is are was were been being have has had having do does did can could will would shall should may might
    must n n't s t 't 's 're 've 'll 'd 'm
    . , ; : ? ! ' " - ( ) -lrb- -rrb- & /
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
