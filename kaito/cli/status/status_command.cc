#include "kaito/cli/status/status_command.h"

#include <unistd.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/status/change_lines.h"
#include "kaito/cli/status/describe.h"
#include "kaito/cli/status/screen.h"
#include "kaito/cli/status/workspace_report.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {
namespace {

constexpr int64_t kMaxListed = 500;

// What is to be shown at one time, in each of its forms.
struct View {
  std::string text;   // For a screen, or once.
  std::string lines;  // What has changed.
  json::Value json;
};

class Viewer {
 public:
  Viewer(const StatusOptions& options, kube::ApiClient& client,
         const Context& context)
      : options_(options), client_(client), context_(context) {}

  // `width` for long messages; 0: not wrapped.
  absl::StatusOr<View> Look(int64_t width) {
    return options_.name.empty() ? All() : One(width);
  }

 private:
  absl::StatusOr<View> One(int64_t width) {
    KAITO_ASSIGN_OR_RETURN(
        const WorkspaceReport report,
        ReadWorkspace(client_, {options_.ns, options_.name}, context_.stop));
    const absl::Time now = context_.clock.Now();
    View view = {.text = DescribeWorkspace(report, now, width),
                 .json = WorkspaceToJson(report)};
    if (options_.watch) view.lines = changes_.Update(report, now);
    return view;
  }

  absl::StatusOr<View> All() {
    KAITO_ASSIGN_OR_RETURN(const kube::ObjectList list,
                           client_.List(WorkspaceGvr(), options_.ns,
                                        {.limit = kMaxListed}, context_.stop));
    View view;
    view.text = ListWorkspaces(list.items, context_.clock.Now(),
                               /*with_namespace=*/options_.ns.empty());
    if (list.items.empty()) {
      view.text = absl::StrCat(
          "There are no Workspaces",
          options_.ns.empty() ? ""
                              : absl::StrCat(" in namespace ", options_.ns),
          ". `kubectl apply -f` one; examples/workspaces has some.\n");
    }
    if (!list.continue_token.empty()) {
      absl::StrAppend(&view.text, "...and more; name one to see it.\n");
    }
    json::Array all;
    for (const json::Value& workspace : list.items) {
      all.push_back(WorkspaceToJson({.workspace = workspace}));
    }
    view.json = json::Object{{"workspaces", std::move(all)}};
    // Ages change all the time: they are no reason for new lines.
    std::string ageless =
        ListWorkspaces(list.items, absl::InfinitePast(), options_.ns.empty());
    if (ageless != last_list_) view.lines = view.text;
    last_list_ = std::move(ageless);
    return view;
  }

  const StatusOptions& options_;
  kube::ApiClient& client_;
  const Context& context_;
  ChangeLines changes_;
  std::string last_list_;
};

absl::Status ShowOnce(Viewer& viewer, const StatusOptions& options,
                      const Context& context) {
  const auto size =
      context.out_is_terminal ? SizeOfTerminal(STDOUT_FILENO) : std::nullopt;
  KAITO_ASSIGN_OR_RETURN(const View view,
                         viewer.Look(size ? size->columns : 0));
  context.out << (options.output == OutputFormat::kJson
                      ? json::Write(view.json, {.indent = 2}) + "\n"
                      : view.text);
  return absl::OkStatus();
}

// An error of the server while watching is shown and tried again; one of the
// first look ends it, since most of those are of the user's.
absl::Status WatchOnScreen(Viewer& viewer, const StatusOptions& options,
                           const Context& context) {
  std::string last;
  {
    KAITO_ASSIGN_OR_RETURN(View view, viewer.Look(/*width=*/80));
    Screen screen(context.out);
    do {
      const ScreenSize size =
          SizeOfTerminal(STDOUT_FILENO).value_or(ScreenSize());
      absl::StatusOr<View> next = viewer.Look(size.columns);
      if (context.stop.stopped()) break;
      if (next.ok()) view = *std::move(next);
      last = view.text;
      screen.Show(
          next.ok() ? last
                    : absl::StrCat("(not up to date: ", next.status().message(),
                                   ")\n", last),
          size);
    } while (WaitFor(context.clock, options.interval, context.stop).ok());
  }
  context.out << last;
  return absl::OkStatus();
}

absl::Status WatchAsLines(Viewer& viewer, const StatusOptions& options,
                          const Context& context) {
  std::string last_json;
  bool first = true;
  absl::Status last_error;
  do {
    const absl::StatusOr<View> view = viewer.Look(/*width=*/0);
    if (context.stop.stopped()) break;
    if (!view.ok() && first) return view.status();
    first = false;
    if (!view.ok()) {
      if (view.status() != last_error) {
        context.err << "kubectl kaito: " << view.status().message()
                    << "; trying again\n";
      }
      last_error = view.status();
      continue;
    }
    last_error = absl::OkStatus();
    if (options.output == OutputFormat::kText) {
      context.out << view->lines << std::flush;
      continue;
    }
    std::string line = json::Write(view->json);
    if (line == last_json) continue;
    context.out << line << "\n" << std::flush;
    last_json = std::move(line);
  } while (WaitFor(context.clock, options.interval, context.stop).ok());
  return absl::OkStatus();
}

struct StatusFlags {
  bool all_namespaces = false;
  bool once = false;
  bool watch = false;
};

}  // namespace

absl::Status ShowStatus(const StatusOptions& options, kube::ApiClient& client,
                        const Context& context) {
  Viewer viewer(options, client, context);
  if (!options.watch) return ShowOnce(viewer, options, context);
  if (context.out_is_terminal && options.output == OutputFormat::kText) {
    return WatchOnScreen(viewer, options, context);
  }
  return WatchAsLines(viewer, options, context);
}

absl::Status StatusCommand(std::span<const std::string> args,
                           const Context& context) {
  SharedFlags common;
  StatusFlags flags;
  StatusOptions options;
  FlagSet set("kubectl kaito status",
              "Shows Workspaces, or one of them with its conditions, objects "
              "and events. Live on a terminal, until Ctrl-C.");
  AddOutputFlag(common, set);
  set.Add("watch", &flags.watch,
          "Also -w: goes on; elsewhere than on a terminal a line is printed "
          "for each change.");
  set.Add("once", &flags.once, "Shows what is, and ends; also on a terminal.");
  set.Add("interval", &options.interval, "Between two looks.");
  set.Add("all-namespaces", &flags.all_namespaces,
          "Also -A: lists those of all namespaces.");
  AddClusterFlags(common, set);
  set.Arguments("[NAME]", 0, 1);
  set.Example("kubectl kaito status acme");
  set.Example("kubectl kaito status acme --watch | tee acme.log");
  set.Example("kubectl kaito status -A --once -o json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  if (flags.once && flags.watch) {
    return absl::InvalidArgumentError(
        "status: --once and --watch exclude each other");
  }
  if (options.interval < absl::Milliseconds(100)) {
    return absl::InvalidArgumentError(
        "status: --interval: want 100ms or more, to spare the API server");
  }
  if (!parsed.arguments.empty()) {
    if (flags.all_namespaces) {
      return absl::InvalidArgumentError(
          "status: a NAME is in one namespace; leave --all-namespaces out");
    }
    options.name = parsed.arguments[0];
  }
  KAITO_ASSIGN_OR_RETURN(const Cluster cluster, Connect(common, context));
  options.ns = flags.all_namespaces ? "" : cluster.ns;
  options.output = common.output;
  options.watch = flags.watch || (context.out_is_terminal && !flags.once &&
                                  common.output == OutputFormat::kText);
  return Explain(ShowStatus(options, *cluster.client, context), cluster);
}

}  // namespace kaito::cli
