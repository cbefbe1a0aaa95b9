internal import CKernels
package import Tensors

/// Scaled dot-product attention of several heads for fixed sizes:
/// softmax(q k^T / sqrt(head size)) v, head by head.
///
/// Scores exist in blocks only, so memory grows with the sequence and not with its square:
/// "FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness", Dao et al., 2022.
/// Backward computes them once more from two numbers that forward keeps of every softmax.
package struct Attention: Sendable {
  /// Queries, keys and values, heads side by side in each row of `features` numbers.
  package struct Rows {
    fileprivate let query: FloatView
    fileprivate let key: FloatView
    fileprivate let value: FloatView
    fileprivate let queryStride: Int
    fileprivate let keyStride: Int

    /// Rows of a query, a key and a value: [batch, time, 3 features].
    package init(packed rows: FloatView, features: Int) {
      query = rows
      key = rows[features..<rows.count]
      value = rows[(2 * features)..<rows.count]
      queryStride = 3 * features
      keyStride = 3 * features
    }

    /// Queries [batch, queries, features], and rows of a key and a value [batch, keys, 2 features].
    package init(queries: FloatView, keysAndValues rows: FloatView, features: Int) {
      query = queries
      key = rows
      value = rows[features..<rows.count]
      queryStride = features
      keyStride = 2 * features
    }

    fileprivate var pointers: ck_attention_rows {
      unsafe ck_attention_rows(
        q: query.pointer, k: key.pointer, v: value.pointer, q_stride: queryStride,
        kv_stride: keyStride)
    }
  }

  /// Dropout of the probabilities; masks are a function of its fields and the element alone.
  @safe
  package struct Dropout {
    private let fields: ck_attention_dropout

    /// Dropout at a rate above 0 and below 1.
    ///
    /// - Parameters:
    ///   - rate: the probability of an element to become 0.
    ///   - key: the run's key for dropout.
    ///   - step: the step.
    ///   - layer: a number of the layer.
    ///   - sampleIDs: the index in the data set of each sample of the batch.
    package init(
      rate: Float, key: (UInt32, UInt32), step: UInt32, layer: UInt32,
      sampleIDs: UnsafePointer<UInt32>
    ) {
      unsafe fields = ck_attention_dropout(
        rate: rate, key0: key.0, key1: key.1, step: step, layer: layer, sample_ids: sampleIDs)
    }

    fileprivate static func fields(of dropout: Dropout?) -> ck_attention_dropout {
      unsafe dropout?.fields ?? ck_attention_dropout()
    }
  }

  private let shape: ck_attention_shape

  /// Attention for fixed sizes.
  ///
  /// - Parameters:
  ///   - batch: samples.
  ///   - heads: heads.
  ///   - headSize: features of one head.
  ///   - queries: rows of queries of a sample.
  ///   - keys: rows of keys and values of a sample.
  ///   - isCausal: query i sees the keys 0...i only.
  package init(
    batch: Int, heads: Int, headSize: Int, queries: Int, keys: Int, isCausal: Bool
  ) {
    shape = ck_attention_shape(
      batch: batch, heads: heads, head_size: headSize, queries: queries, keys: keys,
      is_causal: isCausal)
  }

  /// Floats of scratch that ``forward(_:dropout:into:statistics:scratch:)`` needs.
  package var forwardScratchCount: Int {
    var shape = shape
    return unsafe ck_attention_forward_scratch(&shape)
  }

  /// Floats of scratch that ``backward(_:dropout:output:statistics:gradient:into:scratch:)`` needs.
  package var backwardScratchCount: Int {
    var shape = shape
    return unsafe ck_attention_backward_scratch(&shape)
  }

  /// Floats that forward keeps of the softmaxes.
  package var statisticsCount: Int { shape.batch * shape.heads * shape.queries * 2 }

  private var outputCount: Int { shape.batch * shape.queries * shape.heads * shape.head_size }

  /// Computes the attention.
  ///
  /// - Parameters:
  ///   - rows: queries, keys and values.
  ///   - dropout: nil for none.
  ///   - output: [batch, queries, features].
  ///   - statistics: what backward needs; nil where there is none.
  ///   - scratch: room within the call.
  package func forward(
    _ rows: Rows, dropout: Dropout?, into output: FloatView, statistics: FloatView?,
    scratch: FloatView
  ) {
    assert(output.count == outputCount && scratch.count >= forwardScratchCount)
    assert((statistics?.count ?? statisticsCount) == statisticsCount)
    var shape = shape
    var pointers = unsafe rows.pointers
    var fields = unsafe Dropout.fields(of: dropout)
    unsafe ck_attention_forward(
      &shape, &fields, &pointers, output.pointer, statistics?.pointer, scratch.pointer)
  }

  /// Computes the gradients of queries, keys and values.
  ///
  /// - Parameters:
  ///   - rows: queries, keys and values of the forward pass.
  ///   - dropout: as in the forward pass.
  ///   - output: [batch, queries, features], from the forward pass.
  ///   - statistics: from the forward pass.
  ///   - gradient: the gradient of the output.
  ///   - gradients: where the gradients go; may be `rows`.
  ///   - scratch: room within the call.
  package func backward(
    _ rows: Rows, dropout: Dropout?, output: FloatView, statistics: FloatView, gradient: FloatView,
    into gradients: Rows, scratch: FloatView
  ) {
    assert(output.count == outputCount && gradient.count == outputCount)
    assert(statistics.count == statisticsCount && scratch.count >= backwardScratchCount)
    var shape = shape
    var pointers = unsafe rows.pointers
    var places = unsafe gradients.pointers
    var fields = unsafe Dropout.fields(of: dropout)
    unsafe ck_attention_backward(
      &shape, &fields, &pointers, output.pointer, statistics.pointer, gradient.pointer, &places,
      scratch.pointer)
  }
}
