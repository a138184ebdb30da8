// Blocks that are scopes, or functions, of their own; and assignments.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/block_parser.h"
#include "kaito/runtime/chat_template/expression_parser.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

BlockParser::Result BlockParser::Set(const Token& tag) {
  KAITO_ASSIGN_OR_RETURN(Target * target, expressions_.AssignTarget(true));
  if (stream_.TakeOperator("=")) {
    auto* const node = New<SetNode>(NodeKind::kSet, tag.line);
    node->target = target;
    KAITO_ASSIGN_OR_RETURN(node->value, expressions_.Tuple());
    KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
    return node;
  }
  auto* const node = New<SetBlockNode>(NodeKind::kSetBlock, tag.line);
  node->target = target;
  KAITO_ASSIGN_OR_RETURN(node->filter, expressions_.Filters(nullptr, false));
  KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
  KAITO_ASSIGN_OR_RETURN(node->body, Scoped("endset", &node->slots));
  return node;
}

absl::StatusOr<Body> BlockParser::Scoped(absl::string_view end,
                                         SlotRange* slots) {
  const Restored<bool> lenient(expressions_.lenient, false);
  scopes_.Open(slots);
  KAITO_ASSIGN_OR_RETURN(const Body body, BodyUntil(end));
  scopes_.Close();
  return body;
}

absl::Status BlockParser::Function(MacroNode* macro, bool with_params,
                                   absl::string_view end) {
  const Restored<bool> lenient(expressions_.lenient, false);
  const Restored<int> breakable(breakable_, 0);
  scopes_.OpenFunction(&macro->frame_size, macro);
  if (with_params) KAITO_RETURN_IF_ERROR(Parameters(macro));
  KAITO_ASSIGN_OR_RETURN(macro->body, BodyUntil(end));
  scopes_.Close();
  return absl::OkStatus();
}

absl::Status BlockParser::Parameters(MacroNode* macro) {
  KAITO_RETURN_IF_ERROR(stream_.ExpectOperator("("));
  std::vector<Target*> targets;
  std::vector<const Expr*> fallbacks;
  std::vector<Value> names;
  while (!stream_.now().Is(")")) {
    if (!targets.empty()) {
      KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
    }
    KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
    auto* const target = arena_.New<Target>();
    target->kind = Target::kSlot;
    target->line = name.line;
    target->name = name.text;
    KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
    const Expr* fallback = nullptr;
    if (stream_.TakeOperator("=")) {
      KAITO_ASSIGN_OR_RETURN(fallback, expressions_.Expression());
    } else if (!fallbacks.empty() && fallbacks.back() != nullptr) {
      return stream_.ErrorAt(
          name.line, absl::StrCat("parameter '", name.text,
                                  "' without a default follows one with"));
    }
    targets.push_back(target);
    fallbacks.push_back(fallback);
    names.push_back(Value::String(name.text));
  }
  stream_.Next();
  MacroParam* const params = arena_.NewArray<MacroParam>(targets.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    params[i] = {targets[i], fallbacks[i]};
  }
  macro->params = {params, targets.size()};
  macro->arguments = NewTuple(arena_, names);
  return absl::OkStatus();
}

BlockParser::Result BlockParser::Macro(const Token& tag) {
  auto* const node = New<MacroNode>(NodeKind::kMacro, tag.line);
  KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
  node->name = name.text;
  auto* const target = arena_.New<Target>();
  target->kind = Target::kSlot;
  target->line = name.line;
  target->name = name.text;
  KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
  node->name_target = target;
  KAITO_RETURN_IF_ERROR(Function(node, /*with_params=*/true, "endmacro"));
  return node;
}

BlockParser::Result BlockParser::CallBlock(const Token& tag) {
  auto* const node = New<CallBlockNode>(NodeKind::kCallBlock, tag.line);
  auto* const macro = New<MacroNode>(NodeKind::kMacro, tag.line);
  node->body = macro;
  macro->arguments = NewTuple(arena_, {});
  const Restored<bool> lenient(expressions_.lenient, false);
  const Restored<int> breakable(breakable_, 0);
  // The parameters stand before the call but belong to the body.
  scopes_.OpenFunction(&macro->frame_size, macro);
  if (stream_.now().Is("(")) KAITO_RETURN_IF_ERROR(Parameters(macro));
  scopes_.Suspend();
  const int32_t line = stream_.now().line;
  KAITO_ASSIGN_OR_RETURN(const Expr* call, expressions_.Expression());
  if (call->kind != ExprKind::kCall) {
    return stream_.ErrorAt(line, "a call block wants a call");
  }
  node->call = static_cast<const CallExpr*>(call);
  scopes_.Continue();
  KAITO_ASSIGN_OR_RETURN(macro->body, BodyUntil("endcall"));
  scopes_.Close();
  return node;
}

BlockParser::Result BlockParser::Filter(const Token& tag) {
  auto* const node = New<FilterBlockNode>(NodeKind::kFilterBlock, tag.line);
  KAITO_ASSIGN_OR_RETURN(node->filter, expressions_.Filters(nullptr, true));
  KAITO_ASSIGN_OR_RETURN(node->body, Scoped("endfilter", &node->slots));
  return node;
}

BlockParser::Result BlockParser::With(const Token& tag) {
  auto* const node = New<WithNode>(NodeKind::kWith, tag.line);
  std::vector<Target*> targets;
  std::vector<const Expr*> values;
  while (stream_.now().kind != TokenKind::kBlockEnd) {
    if (!targets.empty()) {
      KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(","));
    }
    KAITO_ASSIGN_OR_RETURN(Target * target, expressions_.AssignTarget(false));
    KAITO_RETURN_IF_ERROR(stream_.ExpectOperator("="));
    KAITO_ASSIGN_OR_RETURN(const Expr* value, expressions_.Expression());
    targets.push_back(target);
    values.push_back(value);
  }
  const Restored<bool> lenient(expressions_.lenient, false);
  scopes_.Open(&node->slots);
  for (Target* const target : targets) {
    KAITO_RETURN_IF_ERROR(expressions_.Declare(target));
  }
  KAITO_ASSIGN_OR_RETURN(node->body, BodyUntil("endwith"));
  scopes_.Close();
  node->targets = Keep(targets);
  node->values = Keep(values);
  return node;
}

BlockParser::Result BlockParser::Autoescape(const Token& tag) {
  auto* const node = New<AutoescapeNode>(NodeKind::kAutoescape, tag.line);
  KAITO_ASSIGN_OR_RETURN(node->enabled, expressions_.Expression());
  KAITO_ASSIGN_OR_RETURN(node->body, Scoped("endautoescape", &node->slots));
  return node;
}

BlockParser::Result BlockParser::Block(const Token& tag) {
  auto* const node = New<BlockNode>(NodeKind::kBlock, tag.line);
  KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
  node->name = name.text;
  const bool known = std::ranges::any_of(
      blocks_, [&](const BlockNode* b) { return b->name == name.text; });
  if (known) {
    return stream_.ErrorAt(name.line,
                           absl::StrCat("block '", name.text, "' comes twice"));
  }
  blocks_.push_back(node);
  stream_.TakeName("scoped");
  stream_.TakeName("required");
  const Restored<bool> lenient(expressions_.lenient, false);
  const Restored<int> breakable(breakable_, 0);
  scopes_.OpenBlock(&node->frame_size);
  KAITO_ASSIGN_OR_RETURN(node->body, BodyUntil("endblock"));
  scopes_.Close();
  stream_.TakeName(name.text);
  return node;
}

BlockParser::Result BlockParser::Generation(const Token& tag) {
  auto* const node = New<GenerationNode>(NodeKind::kGeneration, tag.line);
  auto* const macro = New<MacroNode>(NodeKind::kMacro, tag.line);
  node->body = macro;
  ast_.has_generation = true;
  KAITO_RETURN_IF_ERROR(
      Function(macro, /*with_params=*/false, "endgeneration"));
  return node;
}

}  // namespace kaito::runtime::jinja
