#include "kaito/runtime/chat_template/parser.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/block_parser.h"
#include "kaito/runtime/chat_template/expression_parser.h"
#include "kaito/runtime/chat_template/lexer.h"

namespace kaito::runtime::jinja {
namespace {

// Python allows 20 nested loops and 100 levels of indentation.
constexpr int kMaxBlocks = 100;

}  // namespace

absl::StatusOr<TemplateAst> BlockParser::Parse() {
  KAITO_ASSIGN_OR_RETURN(ast_.body, Statements({}));
  KAITO_RETURN_IF_ERROR(expressions_.UnknownNames());
  scopes_.Resolve(&ast_);
  ast_.blocks = Keep(blocks_);
  return ast_;
}

absl::StatusOr<Body> BlockParser::Statements(EndTags ends) {
  std::vector<const Node*> nodes;
  for (;;) {
    const Token token = stream_.Next();
    switch (token.kind) {
      case TokenKind::kEnd:
        if (ends.size() == 0) return Keep(nodes);
        return stream_.Error(absl::StrCat("the template ends before {% ",
                                          absl::StrJoin(ends, " or "), " %}"));
      case TokenKind::kData: {
        auto* const text = New<TextNode>(NodeKind::kText, token.line);
        text->text = token.text;
        nodes.push_back(text);
        break;
      }
      case TokenKind::kPrintBegin: {
        KAITO_RETURN_IF_ERROR(Print(token.line, &nodes));
        KAITO_RETURN_IF_ERROR(stream_.ExpectKind(TokenKind::kPrintEnd, "'}}'"));
        break;
      }
      default: {  // kBlockBegin
        const bool ends_here =
            std::ranges::any_of(ends, [this](absl::string_view end) {
              return stream_.now().IsName(end);
            });
        if (ends_here) return Keep(nodes);
        KAITO_RETURN_IF_ERROR(Tag(&nodes));
        KAITO_RETURN_IF_ERROR(EndOfTag());
      }
    }
  }
}

absl::Status BlockParser::EndOfTag() {
  return stream_.ExpectKind(TokenKind::kBlockEnd, "'%}'");
}

absl::Status BlockParser::Print(int32_t line, std::vector<const Node*>* nodes) {
  auto* const print = New<PrintNode>(NodeKind::kPrint, line);
  KAITO_ASSIGN_OR_RETURN(print->value, expressions_.Tuple());
  nodes->push_back(print);
  return absl::OkStatus();
}

absl::Status BlockParser::Tag(std::vector<const Node*>* nodes) {
  const Restored<int> depth(depth_, depth_ + 1);
  if (depth_ > kMaxBlocks) return stream_.Error("blocks nest too deep");
  if (stream_.now().kind != TokenKind::kName) {
    return stream_.Error("the name of a tag is missing");
  }
  const Token name = stream_.Next();
  if (name.text == "print") return PrintTag(name.line, nodes);
  const std::span<const TagParser> tags = TagParsers();
  const auto tag = std::ranges::find(tags, name.text, &TagParser::name);
  if (tag == tags.end()) {
    return stream_.ErrorAt(name.line,
                           absl::StrCat("unknown tag '", name.text, "'"));
  }
  KAITO_ASSIGN_OR_RETURN(const Node* node, (this->*tag->parse)(name));
  nodes->push_back(node);
  return absl::OkStatus();
}

absl::Status BlockParser::PrintTag(int32_t line,
                                   std::vector<const Node*>* nodes) {
  bool first = true;
  while (stream_.now().kind != TokenKind::kBlockEnd) {
    if (!first) KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
    first = false;
    auto* const print = New<PrintNode>(NodeKind::kPrint, line);
    KAITO_ASSIGN_OR_RETURN(print->value, expressions_.Expression());
    nodes->push_back(print);
  }
  return absl::OkStatus();
}

absl::StatusOr<Body> BlockParser::BodyUntil(absl::string_view end) {
  stream_.TakeOperator(":");
  KAITO_RETURN_IF_ERROR(EndOfTag());
  KAITO_ASSIGN_OR_RETURN(const Body body, Statements({end}));
  stream_.Next();
  return body;
}

absl::StatusOr<Body> BlockParser::BodyBefore(EndTags ends) {
  stream_.TakeOperator(":");
  KAITO_RETURN_IF_ERROR(EndOfTag());
  return Statements(ends);
}

BlockParser::Result BlockParser::If(const Token& tag) {
  const Restored<bool> lenient(expressions_.lenient, true);
  auto* const node = New<IfNode>(NodeKind::kIf, tag.line);
  std::vector<IfNode::Branch> branches;
  do {
    IfNode::Branch branch;
    KAITO_ASSIGN_OR_RETURN(branch.test, expressions_.Tuple(false));
    KAITO_ASSIGN_OR_RETURN(branch.body, BodyBefore({"elif", "else", "endif"}));
    branches.push_back(branch);
  } while (stream_.TakeName("elif"));
  if (stream_.TakeName("else")) {
    KAITO_ASSIGN_OR_RETURN(node->otherwise, BodyUntil("endif"));
  } else {
    stream_.Next();
  }
  node->branches = Keep(branches);
  return node;
}

BlockParser::Result BlockParser::For(const Token& tag) {
  const Restored<bool> lenient(expressions_.lenient, false);
  auto* const node = New<ForNode>(NodeKind::kFor, tag.line);
  const Restored<int> loops(expressions_.loops, expressions_.loops + 1);
  KAITO_ASSIGN_OR_RETURN(Target * target,
                         expressions_.AssignTarget(false, "in"));
  node->target = target;
  KAITO_RETURN_IF_ERROR(stream_.ExpectName("in"));
  KAITO_ASSIGN_OR_RETURN(node->items, expressions_.Tuple(false, "recursive"));
  if (stream_.TakeName("if")) {
    Target* const copy = expressions_.CopyTarget(target);
    node->filter_target = copy;
    scopes_.Open(&node->filter_slots);
    KAITO_RETURN_IF_ERROR(expressions_.Declare(copy));
    KAITO_ASSIGN_OR_RETURN(node->filter, expressions_.Expression());
    scopes_.Close();
  }
  node->recursive = stream_.TakeName("recursive");
  KAITO_RETURN_IF_ERROR(ForBodies(node, target));
  return node;
}

absl::Status BlockParser::ForBodies(ForNode* node, Target* target) {
  // A recursive loop is a function: each call has variables of its own.
  if (node->recursive) scopes_.OpenFunction(&node->frame_size, nullptr);
  scopes_.Open(&node->body_slots);
  KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
  scopes_.DeclareLoop(&node->loop_slot);
  {
    const Restored<int> breakable(breakable_, breakable_ + 1);
    KAITO_ASSIGN_OR_RETURN(node->body, BodyBefore({"endfor", "else"}));
  }
  scopes_.Close();
  if (stream_.TakeName("else")) {
    const Restored<int> breakable(breakable_, node->recursive ? 0 : breakable_);
    scopes_.Open(&node->otherwise_slots);
    KAITO_ASSIGN_OR_RETURN(node->otherwise, BodyUntil("endfor"));
    scopes_.Close();
  } else {
    stream_.Next();
  }
  if (node->recursive) scopes_.Close();
  return absl::OkStatus();
}

BlockParser::Result BlockParser::BreakOrContinue(const Token& tag) {
  if (breakable_ == 0) {
    return stream_.ErrorAt(
        tag.line, absl::StrCat("'", tag.text, "' outside of a for block"));
  }
  return New<Node>(tag.text == "break" ? NodeKind::kBreak : NodeKind::kContinue,
                   tag.line);
}

BlockParser::Result BlockParser::Unsupported(const Token& tag) {
  auto* const node = New<UnsupportedNode>(NodeKind::kUnsupported, tag.line);
  node->tag = tag.text;
  KAITO_RETURN_IF_ERROR(expressions_.Expression().status());
  if (tag.text == "import") KAITO_RETURN_IF_ERROR(stream_.ExpectName("as"));
  if (tag.text == "from") KAITO_RETURN_IF_ERROR(stream_.ExpectName("import"));
  while (stream_.now().kind == TokenKind::kName || stream_.now().Is(",")) {
    stream_.Next();
  }
  return node;
}

std::span<const BlockParser::TagParser> BlockParser::TagParsers() {
  static constexpr TagParser kTags[] = {
      {"autoescape", &BlockParser::Autoescape},
      {"block", &BlockParser::Block},
      {"break", &BlockParser::BreakOrContinue},
      {"call", &BlockParser::CallBlock},
      {"continue", &BlockParser::BreakOrContinue},
      {"extends", &BlockParser::Unsupported},
      {"filter", &BlockParser::Filter},
      {"for", &BlockParser::For},
      {"from", &BlockParser::Unsupported},
      {"generation", &BlockParser::Generation},
      {"if", &BlockParser::If},
      {"import", &BlockParser::Unsupported},
      {"include", &BlockParser::Unsupported},
      {"macro", &BlockParser::Macro},
      {"set", &BlockParser::Set},
      {"with", &BlockParser::With},
  };
  return kTags;
}

absl::StatusOr<TemplateAst> ParseTemplate(absl::string_view source,
                                          Arena& arena) {
  KAITO_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(source, arena));
  return BlockParser(std::move(tokens), arena).Parse();
}

}  // namespace kaito::runtime::jinja
