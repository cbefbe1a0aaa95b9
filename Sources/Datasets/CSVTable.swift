/// Rows of numbers with a target each, as read from a CSV file.
struct CSVTable {
  /// The names of the feature columns, in the order of `features`.
  var columnNames: [String]
  /// The features, a row after the other.
  var features: [Float] = []
  /// The number of rows.
  var rowCount = 0
  /// The class ids or values, one a row; empty without a target column.
  var targets: [Float] = []
  /// The names of the classes by id; nil for regression.
  var classNames: [String]?
}
