import Testing

/// All tests that several ranks run together, one after the other and in the same order.
@Suite(.serialized) struct RankTests {}
