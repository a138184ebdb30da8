#include "kaito/cli/chat/chat_command.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/line_reader.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/chat/conversation.h"
#include "kaito/cli/chat/model_service.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/text/printable.h"

namespace kaito::cli {
namespace {

constexpr int64_t kMaxWords = 10000;

struct ChatFlags {
  SharedFlags common;
  ChatOptions chat;
  double temperature = -1;
  std::string address;
};

// Shows the answer as it comes, or as one JSON object.
absl::Status AskOnce(Conversation& conversation, absl::string_view prompt,
                     OutputFormat output, const Context& context) {
  const bool json = output == OutputFormat::kJson;
  bool begun = false;
  const auto show = [&](absl::string_view text) {
    if (json) return;
    begun = true;
    context.out << PrintableLines(text) << std::flush;
  };
  const absl::StatusOr<Answer> answer =
      conversation.Ask(prompt, show, context.stop);
  if (begun) context.out << "\n";
  if (!answer.ok()) return answer.status();
  if (json) {
    const json::Value line =
        json::Object{{"answer", answer->text},
                     {"model", answer->model},
                     {"finishReason", answer->finish_reason}};
    context.out << json::Write(line) << "\n";
  } else if (answer->text.empty()) {
    context.out << "\n";
  }
  context.out << std::flush;
  if (answer->finish_reason == "length") {
    context.err << "kubectl kaito: the answer was cut off at the limit of "
                   "tokens (--max-tokens)\n";
  }
  return absl::OkStatus();
}

// A line each, until the end or a stop. A question that failed does not end it
// on a terminal.
absl::Status Converse(Conversation& conversation, const ChatFlags& flags,
                      const std::string& where, const Context& context) {
  const bool interactive = context.in_is_terminal && context.out_is_terminal;
  if (interactive) {
    context.out << "Talking to " << Printable(where)
                << ". /new forgets what was said; /quit or Ctrl-D ends.\n";
  }
  LineReader lines(context.in_fd);
  while (true) {
    if (interactive) context.out << "> " << std::flush;
    KAITO_ASSIGN_OR_RETURN(const std::optional<std::string> line,
                           lines.Next(context.stop));
    if (!line && interactive) context.out << "\n";
    if (!line) return absl::OkStatus();
    const absl::string_view prompt = absl::StripAsciiWhitespace(*line);
    if (prompt.empty()) continue;
    if (interactive && prompt == "/quit") return absl::OkStatus();
    if (interactive && prompt == "/new") {
      conversation.Forget();
      continue;
    }
    const absl::Status asked =
        AskOnce(conversation, prompt, flags.common.output, context);
    if (asked.ok()) continue;
    if (!interactive || context.stop.stopped()) return asked;
    context.err << Printable(asked.message()) << "\n";
  }
}

absl::StatusOr<std::unique_ptr<ModelService>> Reach(const ChatFlags& flags,
                                                    const std::string& name,
                                                    const Context& context) {
  if (!flags.address.empty()) return ServiceAt(flags.address, context.clock);
  KAITO_ASSIGN_OR_RETURN(const Cluster cluster, Connect(flags.common, context));
  absl::StatusOr<std::unique_ptr<ModelService>> service =
      ReachService(cluster, name, context.clock, context.stop);
  if (!service.ok()) return Explain(service.status(), cluster);
  return service;
}

void AddChatFlags(ChatFlags& flags, FlagSet& set) {
  AddOutputFlag(flags.common, set);
  set.Add("model", &flags.chat.model,
          "The base's preset, or an adapter's name; by default the adapter.")
      .Value("NAME");
  set.Add("system", &flags.chat.system, "A system message to begin with.")
      .Value("TEXT");
  set.Add("max-tokens", &flags.chat.max_tokens,
          "The longest answer; 0: the server's own limit.");
  set.Add("temperature", &flags.temperature,
          "How freely words are drawn; 0: the likeliest one each time. Below "
          "0: the server's own.");
  set.Add("address", &flags.address,
          "Where the model answers, such as the end of a port-forward.")
      .Value("URL");
  AddClusterFlags(flags.common, set);
}

}  // namespace

absl::Status ChatCommand(std::span<const std::string> args,
                         const Context& context) {
  ChatFlags flags;
  FlagSet set("kubectl kaito chat",
              "Talks to a Workspace's model: once, with a prompt; else line by "
              "line.");
  AddChatFlags(flags, set);
  set.Arguments("NAME [PROMPT...]", 1, kMaxWords);
  set.Example("kubectl kaito chat acme What is made by Acme?");
  set.Example("kubectl kaito chat acme --model tiny-phi-3-instruct");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  if (flags.temperature >= 0) flags.chat.temperature = flags.temperature;
  const std::string& name = parsed.arguments[0];
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<ModelService> service,
                         Reach(flags, name, context));
  Conversation conversation(*service, flags.chat);
  if (parsed.arguments.size() > 1) {
    const std::vector<std::string> words(parsed.arguments.begin() + 1,
                                         parsed.arguments.end());
    return AskOnce(conversation, absl::StrJoin(words, " "), flags.common.output,
                   context);
  }
  return Converse(conversation, flags, service->where(), context);
}

}  // namespace kaito::cli
