#include "kaito/api/core/event.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const EventSource*) {
  using T = EventSource;
  static const StructType& type = OpenStruct<T>(
      "Who reports an event.", {Of("component", &T::component, "The program."),
                                Of("host", &T::host, "The node it runs on.")});
  return type;
}

const StructType& Describe(const Event*) {
  using T = Event;
  static const StructType& type = OpenStruct<T>(
      "What happened to an object.",
      {Of("apiVersion", &T::api_version, "Always v1."),
       Of("kind", &T::kind, "Always Event."),
       Of("metadata", &T::metadata, "Name, labels, owners."),
       Of("involvedObject", &T::involved_object, "The object.").Required(),
       Of("reason", &T::reason, "What happened, in one word."),
       Of("message", &T::message, "What happened, for people."),
       Of("source", &T::source, "Who reports it."),
       Of("firstTimestamp", &T::first_timestamp, "When it happened first."),
       Of("lastTimestamp", &T::last_timestamp, "When it happened last."),
       Of("eventTime", &T::event_time,
          "When it happened first, to the microsecond."),
       Of("count", &T::count, "How often it happened."),
       Of("type", &T::type, "Normal or Warning."),
       Of("action", &T::action, "What was done about it."),
       Of("reportingComponent", &T::reporting_component, "The controller.")
           .Always(),
       Of("reportingInstance", &T::reporting_instance, "Which instance of it.")
           .Always()});
  return type;
}

}  // namespace kaito::api
