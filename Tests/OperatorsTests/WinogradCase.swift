import Operators
import Testing

/// A convolution's sizes.
struct WinogradCase: CustomTestStringConvertible, Sendable {
  var batch = 1
  var height: Int
  var width: Int
  var channels: Int
  var filters: Int
  /// Top, left, bottom, right.
  var padding = [1, 1, 1, 1]

  var testDescription: String {
    "\(batch) x \(height)x\(width)x\(channels) to \(filters), padding \(padding)"
  }

  var convolution: WinogradConvolution? {
    WinogradConvolution(
      batch: batch, height: height, width: width, channels: channels, filters: filters,
      top: padding[0], left: padding[1], bottom: padding[2], right: padding[3])
  }

  /// Every pair of channels and filters, on images that end inside a tile.
  static let channels: [WinogradCase] = [1, 3, 8, 16, 17, 32, 64].flatMap { channels in
    [1, 3, 8, 16, 17, 32, 64].map { filters in
      WinogradCase(height: 5, width: 7, channels: channels, filters: filters)
    }
  }

  /// Images of whole tiles and of parts, with all kinds of padding; more tiles than a block's among
  /// them.
  static let images: [WinogradCase] = [(1, 1), (2, 2), (3, 4), (5, 7), (8, 8), (14, 14), (28, 28)]
    .flatMap { height, width in
      [[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [0, 1, 2, 1], [2, 0, 0, 2]]
        .enumerated().map { index, padding in
          WinogradCase(
            batch: [1, 2, 5][(index + height) % 3], height: height, width: width,
            channels: index.isMultiple(of: 2) ? 17 : 16, filters: height == 28 ? 3 : 18,
            padding: padding)
        }
    }
    .filter { $0.convolution != nil }

  /// Some of all these.
  static let some = [
    WinogradCase(height: 5, width: 7, channels: 17, filters: 32),
    WinogradCase(batch: 5, height: 14, width: 14, channels: 16, filters: 16),
    WinogradCase(batch: 2, height: 8, width: 9, channels: 32, filters: 3, padding: [2, 0, 1, 2]),
  ]
}
