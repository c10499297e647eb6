#include "kube/error.h"

#include <gtest/gtest.h>

namespace fusion::kube {
namespace {

std::string status(const std::string& reason, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":")" + reason + R"(","message":")" +
         message + R"("})";
}

TEST(ErrorFromResponse, TellsConflictFromAlreadyExists) {
  EXPECT_EQ(error_from_response(409, "create pods a/b", status("AlreadyExists", "there"), "").reason,
            Reason::AlreadyExists);
  EXPECT_EQ(error_from_response(409, "patch pods a/b", status("Conflict", "changed"), "").reason,
            Reason::Conflict);
}

TEST(ErrorFromResponse, TakesAnotherUidForAConflict) {
  const std::string causes =
      R"({"kind":"Status","reason":"Invalid","details":{"causes":[{"field":"metadata.uid"}]}})";
  EXPECT_EQ(error_from_response(422, "apply pods a/b", causes, "").reason, Reason::Conflict);
}

TEST(ErrorFromResponse, MapsEachStatusToWhatTheCallerMustDo) {
  const std::pair<int, Reason> mapped[] = {
      {307, Reason::Invalid},     {400, Reason::Invalid},   {401, Reason::Unauthorized},
      {403, Reason::Forbidden},   {404, Reason::NotFound},  {405, Reason::Invalid},
      {408, Reason::Timeout},     {410, Reason::Gone},      {415, Reason::Invalid},
      {422, Reason::Invalid},     {429, Reason::Throttled}, {500, Reason::ServerError},
      {503, Reason::ServerError}, {504, Reason::Timeout},
  };
  for (const auto& [code, reason] : mapped) {
    const auto error = error_from_response(code, "get pods a/b", "", "");
    EXPECT_EQ(error.reason, reason) << code;
    EXPECT_EQ(error.http_status, code);
  }
}

TEST(ErrorFromResponse, KnowsATypoInAnAppliedObjectFromAFailingServer) {
  const auto error =
      error_from_response(500, "apply statefulsets.apps a/b",
                          status("",
                                 "failed to create typed patch object (a/b; apps/v1, Kind=StatefulSet): "
                                 ".spec.replcas: field not declared in schema"),
                          "");
  EXPECT_EQ(error.reason, Reason::InvalidTemplate);
  EXPECT_FALSE(is_transient(error));
}

TEST(ErrorFromResponse, TakesRetryAfterFromHeaderOrStatus) {
  EXPECT_EQ(error_from_response(429, "x", "", "7").retry_after, std::chrono::seconds(7));
  EXPECT_EQ(
      error_from_response(429, "x", R"({"kind":"Status","details":{"retryAfterSeconds":3}})", "").retry_after,
      std::chrono::seconds(3));
  for (const char* nonsense : {"", "soon", "-1", "1.5", "99999999999999999999"}) {
    EXPECT_EQ(error_from_response(429, "x", "", nonsense).retry_after.count(), 0) << nonsense;
  }
}

TEST(ErrorFromResponse, SaysWhatWasAskedAndWhatTheServerSaid) {
  EXPECT_EQ(error_from_response(403, "create pods a/b", status("Forbidden", "no rights"), "").message,
            "create pods a/b: no rights (HTTP 403)");
}

TEST(ErrorFromResponse, QuotesWhatIsNoStatusAndKeepsItShort) {
  EXPECT_EQ(error_from_response(502, "get pods", "<html>\n\x01 bad gateway", "").message,
            "get pods: <html>   bad gateway (HTTP 502)");
  EXPECT_LT(error_from_response(502, "get pods", std::string(100'000, 'x'), "").message.size(), 300U);
  EXPECT_EQ(error_from_response(502, "get pods", "", "").message, "get pods: no explanation (HTTP 502)");
  EXPECT_EQ(
      error_from_response(500, "get pods", R"({"kind":"Status","message":7,"reason":[],"details":null})", "")
          .reason,
      Reason::ServerError);
}

TEST(Error, OnlySomeReasonsAreWorthWaitingFor) {
  EXPECT_TRUE(is_transient({Reason::Unreachable, "", {}, 0}));
  EXPECT_TRUE(is_transient({Reason::Throttled, "", {}, 429}));
  EXPECT_FALSE(is_transient({Reason::Invalid, "", {}, 422}));
  EXPECT_FALSE(is_transient({Reason::Forbidden, "", {}, 403}));
}

}  // namespace
}  // namespace fusion::kube
