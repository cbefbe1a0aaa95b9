internal import FlightRecords
internal import Synchronization

/// Decides who carries a rank's messages, and when.
///
/// The rank's first lane calls it; in the mode ``OverlapMode/thread`` a thread of its own carries.
@safe
final class OverlapPilot: @unchecked Sendable {
  private let courier: GradientCourier
  private let work: SegmentTasks
  private let core: ExchangeCore
  private var mode: OverlapMode
  private var trial: OverlapTrial?
  private var thread: CourierThread?
  private var lastStep = 0.0
  /// Nanoseconds that the thread sleeps where nothing moves.
  private let nap = Atomic<Int>(OverlapPilot.nap(forStepOf: 0))
  private let failure = Mutex<DataParallelismError?>(nil)
  /// The step, counted from 1, that ``updatesEarly`` was found out for; only who carries uses both.
  private var preparedStep = 0
  private var updatesEarly = false

  /// Starts to carry.
  ///
  /// - Throws: ``DataParallelismError/thread(code:)`` where the thread does not start.
  init(
    _ mode: OverlapMode, courier: GradientCourier, work: SegmentTasks, core: ExchangeCore
  ) throws(DataParallelismError) {
    self.courier = courier
    self.work = work
    self.core = core
    let trial = mode == .auto ? OverlapTrial() : nil
    self.trial = trial
    self.mode = trial?.first ?? mode
    if self.mode == .thread { try startThread() }
  }

  /// How long the thread sleeps where nothing moves.
  ///
  /// Waking costs a core that computes some 20 us: long steps are looked after less often. What comes
  /// meanwhile waits in the system's buffers.
  private static func nap(forStepOf seconds: Double) -> Int {
    Int(min(max(seconds / 2000, 50e-6), 500e-6) * 1e9)
  }

  /// What has been found out so far.
  var report: OverlapReport {
    var figures: OverlapReport.Trial?
    if let none = trial?.median(of: .none), let chosen = trial?.median(of: mode) {
      figures = OverlapReport.Trial(none: none, chosen: chosen)
    }
    return OverlapReport(mode: mode, trialSteps: trial?.stepCount ?? 0, trial: figures)
  }

  /// Carries, between two operations of the backward pass.
  func poll() throws(DataParallelismError) {
    if mode == .poll { _ = try turn(worker: 0, works: core.lanes.count == 1) }
  }

  /// Carries, while the first lane waits.
  ///
  /// - Returns: Whether anything moved.
  func carry() throws(DataParallelismError) -> Bool {
    guard mode == .thread else { return try turn(worker: 0, works: false) }
    if let error = failure.withLock({ $0 }) { throw error }
    return false
  }

  /// Notes the end of a step, after which another mode may be tried.
  func finishStep() throws(DataParallelismError) {
    let now = 1e-9 * Double(FlightRecorder.now)
    nap.store(Self.nap(forStepOf: now - lastStep), ordering: .relaxed)
    lastStep = now
    guard let next = trial?.finishStep(at: now), next != mode else { return }
    stop()
    mode = next
    if mode == .thread { try startThread() }
  }

  /// Ends the thread, if there is one; between steps.
  func stop() {
    thread?.stop()
    thread = nil
  }

  private func startThread() throws(DataParallelismError) {
    thread = try CourierThread { [self] isStopping in run(isStopping) }
  }

  private func run(_ isStopping: () -> Bool) {
    let worker = work.courierWorker
    core.recorder.join(core.recorder.messageTrack)
    do throws(DataParallelismError) {
      while !isStopping() {
        // The core may be a lane's: whoever has nothing to do here sleeps.
        if try !turn(worker: worker, works: true) {
          try core.group.nap(nanoseconds: nap.load(ordering: .relaxed))
        }
      }
    } catch {
      failure.withLock { $0 = error }
    }
  }

  /// One turn of the courier, and where nothing moves a piece of work.
  private func turn(worker: Int, works: Bool) throws(DataParallelismError) -> Bool {
    if try courier.turn() { return true }
    guard works else { return false }
    let recorded = courier.recordedStep
    if recorded > preparedStep {
      preparedStep = recorded
      updatesEarly = work.early?.begin(totals: core.totals()) ?? false
    }
    return work.earlyPiece(worker, step: courier.step, updates: updatesEarly && recorded > 0)
  }
}
