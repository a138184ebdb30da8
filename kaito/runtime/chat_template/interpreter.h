#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_INTERPRETER_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_INTERPRETER_H_

// Walks a template's tree once and writes its text. Expressions are in
// evaluator.cc, calls in call.cc, blocks in interpreter.cc.
//
//   Run run(limits, now);
//   Interpreter interpreter(ast, run, variables);
//   std::string text;
//   if (!interpreter.Render(&text)) return ToStatus(run.error());

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// The variables of one call of a function. Lives in the arena, since a macro
// that was defined in it may be called after it has ended.
struct Frame {
  Frame* parent;
  Value* slots;
};

class Interpreter {
 public:
  // `variables` holds a value for each of ast.variables; missing where the
  // caller gave none.
  Interpreter(const TemplateAst& ast, Run& run,
              std::span<const Value> variables)
      : ast_(ast), run_(run), variables_(variables) {}

  // False with the failure in the Run; the text is then of no use.
  bool Render(std::string* text);

  // What generation blocks wrote, in the order of the text.
  const std::vector<TextSpan>& generated() const { return generated_; }

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue, kFailed };
  class Filter;

  // Expressions. A failed value has set the failure of the run.
  Value Eval(const Expr& expr, Frame* frame);
  Value EvalName(const NameExpr& name, const Frame* frame);
  Value EvalAttribute(const AttributeExpr& expr, Frame* frame);
  Value EvalItem(const ItemExpr& expr, Frame* frame);
  Value EvalSlice(const SliceExpr& expr, Frame* frame);
  Value EvalApply(const ApplyExpr& expr, Frame* frame);
  Value EvalConcat(const ManyExpr& expr, Frame* frame);
  Value EvalItems(const ManyExpr& expr, Frame* frame);
  Value EvalDict(const DictExpr& expr, Frame* frame);
  Value EvalCompare(const CompareExpr& expr, Frame* frame);
  bool Holds(CompareOp op, const Value& a, const Value& b);
  Value EvalCondition(const ConditionExpr& expr, Frame* frame);
  Value EvalUnary(const UnaryExpr& expr, Frame* frame);
  Value EvalBinary(const BinaryExpr& expr, Frame* frame);
  Value EvalLogic(const BinaryExpr& expr, Frame* frame);
  Value SelfAttribute(absl::string_view name);

  // Calls.
  Value EvalCall(const CallExpr& expr, Frame* frame, const Value& caller);
  bool EvalArgs(const ArgExprs& exprs, Frame* frame, const Value& caller,
                Args* args);
  Value Call(const Value& callee, const Args& args);
  Value CallMacro(const Macro& macro, const Args& args);
  bool BindMacro(const Macro& macro, const Args& args, Frame* frame);
  bool BindRest(const Macro& macro, const Args& args, Frame* frame);
  Value CallLoop(Loop& loop, const Args& args);
  Value CallBlock(const BlockNode& block);

  // Blocks.
  Flow Exec(Body body, Frame* frame, std::string& out);
  Flow ExecNode(const Node& node, Frame* frame, std::string& out);
  Flow ExecIf(const IfNode& node, Frame* frame, std::string& out);
  Flow ExecFor(const ForNode& node, Frame* frame, std::string& out);
  Flow RunLoop(const ForNode& node, const Value& items, int64_t depth,
               Frame* frame, std::string& out);
  Flow ExecSet(const SetNode& node, Frame* frame);
  Flow ExecSetBlock(const SetBlockNode& node, Frame* frame);
  Flow ExecCallBlock(const CallBlockNode& node, Frame* frame, std::string& out);
  Flow ExecFilterBlock(const FilterBlockNode& node, Frame* frame,
                       std::string& out);
  Flow ExecWith(const WithNode& node, Frame* frame, std::string& out);
  Flow ExecAutoescape(const AutoescapeNode& node, Frame* frame,
                      std::string& out);
  Flow ExecBlock(const BlockNode& node, std::string& out);
  Flow ExecGeneration(const GenerationNode& node, Frame* frame,
                      std::string& out);

  // Output.
  bool Print(const Expr& expr, Frame* frame, std::string& out);
  bool PrintSum(const BinaryExpr& expr, Frame* frame, std::string& out);
  bool PrintValue(const Value& value, std::string& out);

  Value NewMacro(const MacroNode& node, Frame* frame);
  Frame* NewFrame(int32_t size, Frame* parent);  // Null on failure.
  static void Clear(const SlotRange& slots, Frame* frame);
  bool Assign(const Target& target, const Value& value, Frame* frame);
  bool Unpack(const Target& target, const Value& value, Frame* frame);

  const TemplateAst& ast_;
  Run& run_;
  const std::span<const Value> variables_;
  Frame* root_ = nullptr;
  const std::string* root_out_ = nullptr;
  Value captured_ = Value::Missing();  // For a filter without an input.
  std::vector<TextSpan> generated_;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_INTERPRETER_H_
