#include "api/multipart.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "support/seeded_random.hpp"

namespace mycostr::api {
namespace {

using Step = MultipartParser::Step;

/// All that comes out of a form that is given in pieces: "part name|filename|type", contents, "end" or the
/// error.
struct Outcome {
  struct Part {
    PartHead head;
    std::string content;
    bool ended = false;
  };
  std::vector<Part> parts;
  bool ended = false;
  std::string error;
};

Outcome parse(std::string_view boundary, std::string_view form, const std::function<std::size_t()>& piece) {
  MultipartParser parser(boundary);
  Outcome out;
  while (true) {
    const auto step = parser.next();
    if (!step) {
      out.error = step.error().detail;
      return out;
    }
    if (*step == Step::part) out.parts.push_back({parser.head(), "", false});
    if (*step == Step::data) {
      EXPECT_FALSE(parser.data().empty());
      out.parts.back().content += as_text(parser.data());
    }
    if (*step == Step::part_end) out.parts.back().ended = true;
    if (*step == Step::end) {
      out.ended = true;
      return out;
    }
    if (*step != Step::need_input) continue;
    if (form.empty()) return out;
    auto space = parser.space();
    EXPECT_FALSE(space.empty());
    if (space.empty()) return out;
    const auto count = std::min({form.size(), space.size(), std::max<std::size_t>(piece(), 1)});
    std::memcpy(space.data(), form.data(), count);
    parser.filled(count);
    form.remove_prefix(count);
  }
}

Outcome parse_whole(std::string_view boundary, std::string_view form) {
  return parse(boundary, form, [] { return SIZE_MAX; });
}

const std::string kForm =
    "--b0\r\nContent-Disposition: form-data; name=\"options\"\r\nContent-Type: application/json\r\n\r\n{}\r\n"
    "--b0 \t\r\ncontent-disposition:form-data; name=file; filename=\"a.txt\"\r\n\r\n"
    "\r\n--b\r\n--\r\r\n-\r\n--b1 hello\r\n\r\n--b0--\r\nepilogue";
const std::string kContent = "\r\n--b\r\n--\r\r\n-\r\n--b1 hello\r\n";

TEST(Multipart, TakesAFormApart) {
  const auto got = parse_whole("b0", kForm);
  ASSERT_EQ(got.error, "");
  ASSERT_EQ(got.parts.size(), 2U);
  EXPECT_TRUE(got.ended);
  EXPECT_EQ(got.parts[0].head.name, "options");
  EXPECT_EQ(got.parts[0].head.content_type, "application/json");
  EXPECT_EQ(got.parts[0].head.filename, std::nullopt);
  EXPECT_EQ(got.parts[0].content, "{}");
  EXPECT_EQ(got.parts[1].head.name, "file");
  EXPECT_EQ(got.parts[1].head.filename, "a.txt");
  EXPECT_EQ(got.parts[1].content, kContent);
}

TEST(Multipart, SplitsMakeNoDifference) {
  for (std::size_t size = 1; size < 80; ++size) {
    const auto got = parse("b0", kForm, [&] { return size; });
    ASSERT_EQ(got.parts.size(), 2U) << size;
    EXPECT_EQ(got.parts[1].content, kContent) << size;
    EXPECT_TRUE(got.ended) << size;
  }
}

TEST(Multipart, RandomContentsComeOutWhole) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    mycostr::test::SeededRandom random(seed);
    const std::string boundary = random.chance(1, 2) ? "-" : "----mycostr";
    const std::string pieces[] = {"\r", "\n",     "\r\n",  "-",       "--",
                                  "x",  boundary, "\r\n-", "\r\n--y", "--" + boundary};
    std::string content;
    for (auto count = random.below(60); count > 0; --count)
      content += pieces[random.below(std::size(pieces))];
    if (seed % 7 == 0) content.append(random.below(600'000), 'z');
    // A content cannot hold its own delimiter.
    const auto delimiter = "\r\n--" + boundary;
    for (auto at = ("\r\n" + content + "\r").find(delimiter); at != std::string::npos;
         at = ("\r\n" + content + "\r").find(delimiter)) {
      content.erase(at, 3);
    }
    if (("\r\n" + content + "\r\n--" + boundary).find(delimiter) != content.size() + 2) continue;
    const auto form = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" +
                      content + "\r\n--" + boundary + "--";
    const std::uint64_t largest_piece = seed % 3 == 0 ? 100'000 : 1 + random.below(40);
    const auto got = parse(boundary, form, [&] { return 1 + random.below(largest_piece); });
    ASSERT_EQ(got.error, "") << "seed " << seed;
    ASSERT_EQ(got.parts.size(), 1U) << "seed " << seed;
    EXPECT_TRUE(got.parts[0].content == content) << "seed " << seed;
    EXPECT_TRUE(got.ended) << "seed " << seed;
  }
}

TEST(Multipart, SkipsAPreambleUpToALimit) {
  const auto form = "This is MIME.\r\n--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--";
  EXPECT_EQ(parse_whole("b", form).parts.at(0).content, "1");
  EXPECT_NE(parse_whole("b", std::string(70'000, 'x')).error, "");
  EXPECT_NE(parse("b", std::string(70'000, 'x'), [] { return std::size_t{100}; }).error, "");
}

TEST(Multipart, TakesEmptyContents) {
  const auto got = parse_whole("b", "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n--b--\r\n");
  ASSERT_EQ(got.parts.size(), 1U);
  EXPECT_EQ(got.parts[0].content, "");
  EXPECT_TRUE(got.parts[0].ended);
  EXPECT_TRUE(parse_whole("b", "--b--").ended);
}

TEST(Multipart, WithoutItsLastBoundaryItHasNoEnd) {
  const auto whole = "--b\r\nContent-Disposition: form-data; name=x\r\n\r\nabc\r\n--b--";
  for (std::size_t length = 0; length < std::strlen(whole); ++length) {
    const auto got = parse_whole("b", std::string_view(whole, length));
    EXPECT_FALSE(got.ended) << length;
    EXPECT_EQ(got.error, "") << length;
  }
  EXPECT_TRUE(parse_whole("b", whole).ended);
}

TEST(Multipart, RefusesWhatIsMalformed) {
  const std::string good = "Content-Disposition: form-data; name=x\r\n";
  for (const std::string& form : {
           std::string("--b\r\n\r\nno head\r\n--b--"),
           std::string("--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--"),
           std::string("--bx\r\n") + good + "\r\nx\r\n--b--",
           std::string("--b\n") + good + "\r\nx\r\n--b--",
           std::string("--b-x\r\n") + good + "\r\nx\r\n--b--",
           std::string("--b\rx") + good + "\r\nx\r\n--b--",
           std::string("--b\r\nContent-Disposition: attachment; name=x\r\n\r\nx\r\n--b--"),
           std::string("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
           std::string("--b\r\nContent-Disposition: form-data; name=\"x\r\n\r\nx\r\n--b--"),
           "--b\r\n" + good + good + "\r\nx\r\n--b--",
           "--b\r\n" + good + " folded: x\r\n\r\nx\r\n--b--",
           "--b\r\n" + good + "No colon\r\n\r\nx\r\n--b--",
           "--b\r\n" + good + "Content-Transfer-Encoding: base64\r\n\r\nx\r\n--b--",
           "--b\r\n" + good + "X: \x01\r\n\r\nx\r\n--b--",
           "--b" + std::string(300, ' ') + "\r\n" + good + "\r\nx\r\n--b--",
           "--b\r\n" + good + "X: " + std::string(9000, 'y') + "\r\n\r\nx\r\n--b--",
           "--b\r\n" + good + "X: " + std::string(300'000, 'y'),
       }) {
    EXPECT_NE(parse_whole("b", form).error, "") << form.substr(0, 100);
    EXPECT_NE(parse("b", form, [] { return std::size_t{1}; }).error, "") << form.substr(0, 100);
  }
}

TEST(Multipart, SurvivesAnyBytes) {
  mycostr::test::SeededRandom random(5);
  for (int round = 0; round < 5000; ++round) {
    auto form = kForm;
    for (auto changes = random.below(6); changes > 0; --changes) {
      const auto at = random.below(form.size());
      switch (random.below(3)) {
        case 0:
          form[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          form.erase(at, random.below(9));
          break;
        default:
          form.insert(at, kForm.substr(random.below(kForm.size()), random.below(12)));
      }
    }
    const auto seed = random.below(1000);
    mycostr::test::SeededRandom splits(seed);
    const auto split = parse("b0", form, [&] { return 1 + splits.below(20); });
    const auto whole = parse_whole("b0", form);
    EXPECT_EQ(split.error.empty(), whole.error.empty()) << form;
    EXPECT_EQ(split.ended, whole.ended) << form;
    ASSERT_EQ(split.parts.size(), whole.parts.size()) << form;
    for (std::size_t i = 0; i < whole.parts.size(); ++i) {
      if (whole.parts[i].ended) EXPECT_EQ(split.parts[i].content, whole.parts[i].content);
    }
  }
}

TEST(Multipart, FilenamesInBothForms) {
  const auto head = [](std::string parameters) {
    return parse_part_head("Content-Disposition: form-data; name=file; " + parameters);
  };
  EXPECT_EQ(head("filename=\"a\\\"b.txt\"")->filename, "a\"b.txt");
  EXPECT_EQ(head("filename=plain.txt")->filename, "plain.txt");
  EXPECT_EQ(head("filename=\"x\"; filename*=UTF-8''%e2%82%ac.txt")->filename, "\xE2\x82\xAC.txt");
  EXPECT_EQ(head("filename=\"\"")->filename, "");
  EXPECT_FALSE(head("filename*=latin1''x"));
  EXPECT_FALSE(head("filename=a; filename=b"));
}

TEST(FormBoundary, IsBounded) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=x; Boundary=\"a b/c=\""), "a b/c=");
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + std::string(70, 'b')), std::string(70, 'b'));
  for (const std::string& type :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"\""),
        "multipart/form-data; boundary=" + std::string(71, 'b'),
        std::string("multipart/form-data; boundary=\"b \""),
        std::string("multipart/form-data; boundary=\"\xC3\xA4\"")}) {
    EXPECT_FALSE(form_boundary(type)) << type;
  }
  EXPECT_TRUE(is_form("Multipart/Form-Data ; boundary=x"));
  EXPECT_TRUE(is_form("multipart/form-data"));
  EXPECT_FALSE(is_form("multipart/form-datax"));
  EXPECT_FALSE(is_form("multipart/mixed; boundary=x"));
}

}  // namespace
}  // namespace mycostr::api
