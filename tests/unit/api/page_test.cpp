#include "api/page.hpp"

#include <gtest/gtest.h>

#include "api/list_place.hpp"

namespace mycostr::api {
namespace {

std::vector<int> cut(std::vector<int> places, std::optional<int> after, Page page, bool more) {
  EXPECT_EQ(cut_page(places, after, page), more);
  return places;
}

Page page_of(std::size_t limit, bool descending = false) {
  return {limit, std::nullopt, descending};
}

TEST(Page, HasItsDefaultsAndBounds) {
  const auto page = read_page(*parse_query(""));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 100U);
  EXPECT_FALSE(page->cursor);
  EXPECT_FALSE(page->descending);
  const auto other = read_page(*parse_query("limit=1000&cursor=x&order=desc"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->limit, 1000U);
  EXPECT_EQ(other->cursor, "x");
  EXPECT_TRUE(other->descending);
  for (const auto* query :
       {"limit=0", "limit=1001", "limit=x", "limit=", "order=up", "order=", "cursor=%00"}) {
    const auto refused = read_page(*parse_query(query));
    ASSERT_FALSE(refused) << query;
    EXPECT_EQ(refused.error().code, Code::invalid_value);
    EXPECT_EQ(refused.error().field, std::string_view(query).substr(0, std::string_view(query).find('=')));
  }
}

TEST(Page, IsCutInBothOrders) {
  using Places = std::vector<int>;
  const Places all{3, 1, 2, 4};
  EXPECT_EQ(cut(all, {}, page_of(9), false), (Places{1, 2, 3, 4}));
  EXPECT_EQ(cut(all, {}, page_of(2), true), (Places{1, 2}));
  EXPECT_EQ(cut(all, 2, page_of(2), false), (Places{3, 4}));
  EXPECT_EQ(cut(all, 4, page_of(2), false), Places());
  EXPECT_EQ(cut(all, 0, page_of(4), false), (Places{1, 2, 3, 4})) << "a place that is gone";
  EXPECT_EQ(cut(all, {}, page_of(3, true), true), (Places{4, 3, 2}));
  EXPECT_EQ(cut(all, 2, page_of(3, true), false), (Places{1}));
  EXPECT_EQ(cut({}, {}, {}, false), Places());
}

TEST(ListPlace, IsReadBack) {
  AgreementId id;
  id.bytes.fill(0x5A);
  const ListPlace<AgreementId> place{from_unix_ms(1'769'903'999'123), id};
  EXPECT_EQ(place.text(), "1769903999123-" + id.hex());
  EXPECT_EQ(ListPlace<AgreementId>::parse(place.text()), place);
  const ListPlace<AgreementId> early{from_unix_ms(-5), id};
  EXPECT_EQ(ListPlace<AgreementId>::parse(early.text()), early);
  EXPECT_LT(early, place);
  for (const auto& text :
       {std::string(), std::string("-"), std::string("5-"), "5-" + id.hex() + "0", "x-" + id.hex(),
        "5" + id.hex(), "99999999999999999999-" + id.hex(), "5-" + NodeId().hex()}) {
    EXPECT_FALSE(ListPlace<AgreementId>::parse(text)) << text;
  }
}

}  // namespace
}  // namespace mycostr::api
