#include "kaito/runtime/chat_template/interpreter.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/markup.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/operators.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// The `if` of one loop. In the arena, as its loop: a template may keep the loop
// and ask it later.
class Interpreter::Filter final : public LoopFilter {
 public:
  Filter(Interpreter* interpreter, const ForNode* node, Frame* frame)
      : interpreter_(interpreter), node_(node), frame_(frame) {}

  bool Keeps(const Value& item) override {
    Clear(node_->filter_slots, frame_);
    if (!interpreter_->Assign(*node_->filter_target, item, frame_)) {
      return false;
    }
    const Value test = interpreter_->Eval(*node_->filter, frame_);
    return !test.failed() && IsTrue(test);
  }

 private:
  Interpreter* interpreter_;
  const ForNode* node_;
  Frame* frame_;
};

bool Interpreter::Render(std::string* text) {
  root_ = NewFrame(ast_.frame_size, nullptr);
  if (root_ == nullptr) return false;
  root_out_ = text;
  return Exec(ast_.body, root_, *text) != Flow::kFailed;
}

Frame* Interpreter::NewFrame(int32_t size, Frame* parent) {
  if (!run_.Reserve(size * static_cast<int64_t>(sizeof(Value)))) return nullptr;
  Value* const slots = run_.arena().NewArray<Value>(size);
  std::fill(slots, slots + size, Value::Missing());
  return run_.arena().New<Frame>(parent, slots);
}

void Interpreter::Clear(const SlotRange& slots, Frame* frame) {
  std::fill_n(frame->slots + slots.first, slots.count, Value::Missing());
}

Value Interpreter::NewMacro(const MacroNode& node, Frame* frame) {
  return Value::Of(
      run_.arena().New<Macro>(node.name, &node, frame, node.arguments));
}

bool Interpreter::Assign(const Target& target, const Value& value,
                         Frame* frame) {
  switch (target.kind) {
    case Target::kSlot:
      frame->slots[target.slot] = value;
      return true;
    case Target::kTuple:
      return Unpack(target, value, frame);
    case Target::kAttribute:
      break;
  }
  const Value ns = EvalName(*target.ns, frame);
  if (ns.kind() != Kind::kNamespace) {
    run_.Fail(absl::StrCat("'", target.ns->name,
                           "' is no namespace: its attributes can't be set"));
    run_.SetLine(target.line);
    return false;
  }
  ns.ns().attributes->Set(run_.arena(), Value::String(target.name), value);
  return true;
}

bool Interpreter::Unpack(const Target& target, const Value& value,
                         Frame* frame) {
  Cursor cursor(run_, value);
  size_t n = 0;
  for (Value item; cursor.Next(&item); ++n) {
    if (n == target.parts.size()) {
      run_.Fail(absl::StrCat("too many values for ", n, " names"));
      break;
    }
    if (!Assign(*target.parts[n], item, frame)) return false;
  }
  if (!run_.failed() && n < target.parts.size()) {
    run_.Fail(absl::StrCat("only ", n, " values for ", target.parts.size(),
                           " names"));
  }
  run_.SetLine(target.line);
  return !run_.failed();
}

Interpreter::Flow Interpreter::Exec(Body body, Frame* frame, std::string& out) {
  for (const Node* node : body) {
    if (node->kind == NodeKind::kText) {
      if (!run_.Emit(out, static_cast<const TextNode*>(node)->text)) {
        run_.SetLine(node->line);
        return Flow::kFailed;
      }
      continue;
    }
    const Flow flow = ExecNode(*node, frame, out);
    if (flow == Flow::kNext) continue;
    if (flow == Flow::kFailed) run_.SetLine(node->line);
    return flow;
  }
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecNode(const Node& node, Frame* frame,
                                        std::string& out) {
  const Nested nested(run_);
  if (!nested.ok() || !run_.Work(1)) return Flow::kFailed;
  switch (node.kind) {
    case NodeKind::kText:
      break;
    case NodeKind::kPrint:
      return Print(*static_cast<const PrintNode&>(node).value, frame, out)
                 ? Flow::kNext
                 : Flow::kFailed;
    case NodeKind::kIf:
      return ExecIf(static_cast<const IfNode&>(node), frame, out);
    case NodeKind::kFor:
      return ExecFor(static_cast<const ForNode&>(node), frame, out);
    case NodeKind::kSet:
      return ExecSet(static_cast<const SetNode&>(node), frame);
    case NodeKind::kSetBlock:
      return ExecSetBlock(static_cast<const SetBlockNode&>(node), frame);
    case NodeKind::kMacro: {
      const auto& macro = static_cast<const MacroNode&>(node);
      frame->slots[macro.name_target->slot] = NewMacro(macro, frame);
      return Flow::kNext;
    }
    case NodeKind::kCallBlock:
      return ExecCallBlock(static_cast<const CallBlockNode&>(node), frame, out);
    case NodeKind::kFilterBlock:
      return ExecFilterBlock(static_cast<const FilterBlockNode&>(node), frame,
                             out);
    case NodeKind::kWith:
      return ExecWith(static_cast<const WithNode&>(node), frame, out);
    case NodeKind::kAutoescape:
      return ExecAutoescape(static_cast<const AutoescapeNode&>(node), frame,
                            out);
    case NodeKind::kBlock:
      return ExecBlock(static_cast<const BlockNode&>(node), out);
    case NodeKind::kGeneration:
      return ExecGeneration(static_cast<const GenerationNode&>(node), frame,
                            out);
    case NodeKind::kBreak:
      return Flow::kBreak;
    case NodeKind::kContinue:
      return Flow::kContinue;
    case NodeKind::kUnsupported:
      run_.Fail(
          TemplateError::Kind::kRefused,
          absl::StrCat("{% ", static_cast<const UnsupportedNode&>(node).tag,
                       " %}: there are no other templates"));
      return Flow::kFailed;
  }
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecIf(const IfNode& node, Frame* frame,
                                      std::string& out) {
  for (const IfNode::Branch& branch : node.branches) {
    const Value test = Eval(*branch.test, frame);
    if (test.failed()) return Flow::kFailed;
    if (IsTrue(test)) return Exec(branch.body, frame, out);
  }
  return Exec(node.otherwise, frame, out);
}

Interpreter::Flow Interpreter::ExecFor(const ForNode& node, Frame* frame,
                                       std::string& out) {
  const Value items = Eval(*node.items, frame);
  if (items.failed()) return Flow::kFailed;
  if (!node.recursive) return RunLoop(node, items, 0, frame, out);
  Frame* const inner = NewFrame(node.frame_size, frame);
  if (inner == nullptr) return Flow::kFailed;
  return RunLoop(node, items, 0, inner, out);
}

Interpreter::Flow Interpreter::RunLoop(const ForNode& node, const Value& items,
                                       int64_t depth, Frame* frame,
                                       std::string& out) {
  Arena& arena = run_.arena();
  // The filter is outside of a recursive loop's function, as its names are.
  LoopFilter* const filter =
      node.filter == nullptr
          ? nullptr
          : arena.New<Filter>(this, &node,
                              node.recursive ? frame->parent : frame);
  Loop& loop = *arena.New<Loop>(run_, items, filter);
  loop.depth0 = depth;
  loop.node = &node;
  loop.closure = frame->parent;
  bool completed = false;
  while (NextOfLoop(loop)) {
    Clear(node.body_slots, frame);
    if (node.loop_slot >= 0) frame->slots[node.loop_slot] = Value::Of(&loop);
    if (!Assign(*node.target, loop.current, frame)) return Flow::kFailed;
    const Flow flow = Exec(node.body, frame, out);
    if (flow == Flow::kFailed) return flow;
    if (flow == Flow::kBreak) break;
    // As in Jinja, where the mark stands at the end of the body: a round that
    // continues doesn't count, and else may follow.
    if (flow == Flow::kNext) completed = true;
  }
  if (run_.failed()) return Flow::kFailed;
  if (completed || node.otherwise.empty()) return Flow::kNext;
  Clear(node.otherwise_slots, frame);
  return Exec(node.otherwise, frame, out);
}

Interpreter::Flow Interpreter::ExecSet(const SetNode& node, Frame* frame) {
  const Value value = Eval(*node.value, frame);
  if (value.failed() || !Assign(*node.target, value, frame)) {
    return Flow::kFailed;
  }
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecSetBlock(const SetBlockNode& node,
                                            Frame* frame) {
  Clear(node.slots, frame);
  std::string text;
  const Flow flow = Exec(node.body, frame, text);
  if (flow != Flow::kNext) return flow;
  Value value = run_.CopyText(text, run_.autoescape);
  if (node.filter != nullptr && !value.failed()) {
    captured_ = value;
    value = Eval(*node.filter, frame);
  }
  if (value.failed() || !Assign(*node.target, value, frame)) {
    return Flow::kFailed;
  }
  return Flow::kNext;
}

Interpreter::Flow Interpreter::ExecCallBlock(const CallBlockNode& node,
                                             Frame* frame, std::string& out) {
  const Value caller = NewMacro(*node.body, frame);
  const Value value = EvalCall(*node.call, frame, caller);
  return !value.failed() && PrintValue(value, out) ? Flow::kNext
                                                   : Flow::kFailed;
}

Interpreter::Flow Interpreter::ExecFilterBlock(const FilterBlockNode& node,
                                               Frame* frame, std::string& out) {
  Clear(node.slots, frame);
  std::string text;
  const Flow flow = Exec(node.body, frame, text);
  if (flow != Flow::kNext) return flow;
  const Value captured = run_.CopyText(text, run_.autoescape);
  if (captured.failed()) return Flow::kFailed;
  captured_ = captured;
  const Value value = Eval(*node.filter, frame);
  return !value.failed() && PrintValue(value, out) ? Flow::kNext
                                                   : Flow::kFailed;
}

Interpreter::Flow Interpreter::ExecWith(const WithNode& node, Frame* frame,
                                        std::string& out) {
  std::vector<Value> values;
  for (const Expr* value : node.values) {
    values.push_back(Eval(*value, frame));
    if (values.back().failed()) return Flow::kFailed;
  }
  Clear(node.slots, frame);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!Assign(*node.targets[i], values[i], frame)) return Flow::kFailed;
  }
  return Exec(node.body, frame, out);
}

Interpreter::Flow Interpreter::ExecAutoescape(const AutoescapeNode& node,
                                              Frame* frame, std::string& out) {
  const Value enabled = Eval(*node.enabled, frame);
  if (enabled.failed()) return Flow::kFailed;
  Clear(node.slots, frame);
  const bool before = run_.autoescape;
  run_.autoescape = IsTrue(enabled);
  const Flow flow = Exec(node.body, frame, out);
  run_.autoescape = before;
  return flow;
}

Interpreter::Flow Interpreter::ExecBlock(const BlockNode& node,
                                         std::string& out) {
  const Nested nested(run_);
  Frame* const frame = nested.ok() ? NewFrame(node.frame_size, root_) : nullptr;
  if (frame == nullptr) return Flow::kFailed;
  return Exec(node.body, frame, out);
}

Interpreter::Flow Interpreter::ExecGeneration(const GenerationNode& node,
                                              Frame* frame, std::string& out) {
  Frame* const inner = NewFrame(node.body->frame_size, frame);
  std::string text;
  if (inner == nullptr || Exec(node.body->body, inner, text) == Flow::kFailed) {
    return Flow::kFailed;
  }
  // Inside a macro this is where its caller's text ends so far: what
  // transformers takes for the place, too.
  const int64_t begin = static_cast<int64_t>(root_out_->size());
  generated_.push_back({begin, begin + static_cast<int64_t>(text.size())});
  return run_.Emit(out, text) ? Flow::kNext : Flow::kFailed;
}

bool Interpreter::Print(const Expr& expr, Frame* frame, std::string& out) {
  // Pieces go straight to the output, where nothing can look at it between.
  if (!run_.autoescape && !expr.calls) {
    if (expr.kind == ExprKind::kConcat) {
      for (const Expr* item : static_cast<const ManyExpr&>(expr).items) {
        if (!Print(*item, frame, out)) return false;
      }
      return true;
    }
    if (expr.kind == ExprKind::kAdd) {
      return PrintSum(static_cast<const BinaryExpr&>(expr), frame, out);
    }
  }
  const Value value = Eval(expr, frame);
  return !value.failed() && PrintValue(value, out);
}

bool Interpreter::PrintSum(const BinaryExpr& expr, Frame* frame,
                           std::string& out) {
  const Value left = Eval(*expr.left, frame);
  if (left.failed()) return false;
  const Value right = Eval(*expr.right, frame);
  if (right.failed()) return false;
  if (left.is_string() && right.is_string() && !left.markup() &&
      !right.markup()) {
    return run_.Emit(out, left.text()) && run_.Emit(out, right.text());
  }
  const Value sum = Add(run_, left, right);
  run_.SetLine(expr.line);
  return !sum.failed() && PrintValue(sum, out);
}

bool Interpreter::PrintValue(const Value& value, std::string& out) {
  if (value.is_undefined()) return true;
  if (value.is_int())
    return run_.Emit(out, absl::AlphaNum(value.integer()).Piece());
  const Value text = ToStr(run_, value);
  if (text.failed()) return false;
  if (!run_.autoescape || text.markup()) return run_.Emit(out, text.text());
  return run_.WorkOnText(text.text().size() * 4) &&
         run_.Emit(out, EscapeHtml(text.text()));
}

}  // namespace kaito::runtime::jinja
