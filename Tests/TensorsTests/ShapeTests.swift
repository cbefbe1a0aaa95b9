import Tensors
import Testing

@Suite struct ShapeTests {
  @Test("the number of elements is the product of the axes; a single number has one")
  func count() {
    #expect(Shape([28, 28, 3]).count == 2_352)
    #expect(Shape([]).count == 1)
    #expect(Shape([4, 0]).count == 0)
  }

  @Test("negative axes count from the innermost")
  func axes() {
    let shape: Shape = [2, 3, 5]
    #expect(shape.rank == 3)
    #expect([shape[0], shape[2], shape[-1], shape[-3]] == [2, 5, 5, 2])
  }

  @Test("a shape prints as a list")
  func description() {
    #expect("\(Shape([28, 28, 1]))" == "[28, 28, 1]")
    #expect("\(Shape([]))" == "[]")
  }
}
