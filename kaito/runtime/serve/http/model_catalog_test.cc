#include "kaito/runtime/serve/http/model_catalog.h"

#include <memory>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ModelCatalog, FindsBaseAdapterAndDefault) {
  ModelCatalog models({"base", "alias"});
  const auto adapter = std::make_shared<const LoraAdapter>();
  KAITO_ASSERT_OK(models.Add("acme", {.adapter = adapter, .path = "/a"}));
  EXPECT_EQ(models.Find("")->name, "base");
  EXPECT_EQ(models.Find("alias")->adapter, nullptr);
  EXPECT_EQ(models.Find("acme")->adapter, adapter);
  KAITO_ASSERT_OK(models.SetDefault("acme"));
  EXPECT_EQ(models.Find("")->name, "acme");
  EXPECT_THAT(models.Find("other"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("the model `other` does not exist")));
  EXPECT_THAT(models.SetDefault("other"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ModelCatalog, KeepsNamesApart) {
  ModelCatalog models({"base"});
  KAITO_ASSERT_OK(models.Add("a", {}));
  EXPECT_THAT(models.Add("a", {}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(models.Add("base", {}),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST(ModelCatalog, GoesBackToTheBaseWhenTheDefaultIsRemoved) {
  ModelCatalog models({"base"});
  KAITO_ASSERT_OK(models.Add("a", {}));
  KAITO_ASSERT_OK(models.SetDefault("a"));
  KAITO_ASSERT_OK(models.Remove("a"));
  EXPECT_EQ(models.Find("")->name, "base");
  EXPECT_THAT(models.Remove("a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(models.Remove("base"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace kaito::runtime::serve
