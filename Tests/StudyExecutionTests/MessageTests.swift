import HyperparameterSearch
import TestSupport
import Testing

@testable import StudyExecution

@Suite("What rank 0 and the groups tell each other")
struct MessageTests {
  private let job = Job(number: 7, trial: 3, start: 1, end: 9, due: 12)

  @Test("an order arrives as it was sent, its numbers to the bit", arguments: [nil, 0.1 + 0.2])
  func order(threshold: Double?) throws {
    let order = JobOrder(
      job: job,
      assignment: [.float(0.1 / 3), .float(.leastNonzeroMagnitude), .integer(-4), .choice(2), nil],
      threshold: threshold, keepsLast: threshold != nil)
    #expect(try JobOrder(text: order.text) == order)
  }

  @Test(
    "a report arrives as it was sent, infinite values included",
    arguments: [
      JobReport.Outcome.interrupted(signal: 15),
      .done(.trained([Report(budget: 2, value: 0.1 / 3), Report(budget: 9, value: -0.0)])),
      .done(.ended([Report(budget: 2, value: .infinity)])),
      .done(.failed([], reason: "diverged: \"é\"\n")),
    ])
  func report(_ outcome: JobReport.Outcome) throws {
    let report = JobReport(
      job: 7, outcome: outcome, steps: 90, seconds: 0.1 + 0.2, notes: ["one", "two"])
    #expect(try JobReport(text: report.text) == report)
  }

  @Test("a text that is no message is refused", arguments: ["", "[]", "{}", "{\"job\": 1}"])
  func wrong(_ text: String) {
    #expect(throws: (any Error).self) { try JobOrder(text: text) }
    #expect(throws: (any Error).self) { try JobReport(text: text) }
  }
}
