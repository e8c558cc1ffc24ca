import BatchCaptioning
import Captioning
import Files
import Glibc

/// The environment variables that the program or one of its libraries reads; there are no others.
enum Variable: String, CaseIterable, Sendable {
  case model = "CUTLINE_MODEL"
  case modelPath = "CUTLINE_MODEL_PATH"
  case threads = "CUTLINE_THREADS"
  case cache = "CUTLINE_CACHE"
  case config = "CUTLINE_CONFIG"
  case log = "CUTLINE_LOG"

  // Folders.
  case home = "HOME"
  case cacheHome = "XDG_CACHE_HOME"
  case dataHome = "XDG_DATA_HOME"

  // The terminal.
  case terminal = "TERM"
  case columns = "COLUMNS"
  case locale = "LC_ALL"
  case characterType = "LC_CTYPE"
  case language = "LANG"

  // Which part of a batch is this process's.
  case slurmTask = "SLURM_ARRAY_TASK_ID"
  case slurmCount = "SLURM_ARRAY_TASK_COUNT"
  case slurmMinimum = "SLURM_ARRAY_TASK_MIN"
  case slurmMaximum = "SLURM_ARRAY_TASK_MAX"
  case slurmStep = "SLURM_ARRAY_TASK_STEP"
  case kubernetesIndex = "JOB_COMPLETION_INDEX"
  case openMPIRank = "OMPI_COMM_WORLD_RANK"
  case openMPISize = "OMPI_COMM_WORLD_SIZE"
  case pmiRank = "PMI_RANK"
  case pmiSize = "PMI_SIZE"

  // Threads, and how they wait for each other. The last six are for OpenMP's own threads.
  case ompThreads = "OMP_NUM_THREADS"
  case ompThreadLimit = "OMP_THREAD_LIMIT"
  case ompWaitPolicy = "OMP_WAIT_POLICY"
  case gompSpinCount = "GOMP_SPINCOUNT"
  case ompDynamic = "OMP_DYNAMIC"
  case ompBinding = "OMP_PROC_BIND"
  case ompPlaces = "OMP_PLACES"
  case gompAffinity = "GOMP_CPU_AFFINITY"
  case ompStackSize = "OMP_STACKSIZE"
  case gompStackSize = "GOMP_STACKSIZE"

  // Other libraries.
  case oneDNNInstructions = "ONEDNN_MAX_CPU_ISA"
  case oneDNNVerbosity = "ONEDNN_VERBOSE"
  case libraryPath = "LD_LIBRARY_PATH"

  // Known from other programs. The output has no colours, and temporary files lie beside their
  // final files.
  case noColor = "NO_COLOR"
  case temporaryFolder = "TMPDIR"

  /// The value; nil where the variable is unset or empty.
  var value: String? {
    guard let text = getenv(rawValue), text.pointee != 0 else { return nil }
    return nameText(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  /// Returns the value of a variable for another module; nil for one that is not listed here.
  static func value(of name: String) -> String? { Variable(rawValue: name)?.value }

  /// The options that the variable stands for: it takes precedence over a file of options, and the
  /// command line over it.
  private var options: Set<String> {
    switch self {
    case .model: ["model"]
    case .threads, .ompThreads: ["threads"]
    case .log: ["quiet", "verbose"]
    case .noColor: ["no-color"]
    default: []
    }
  }

  /// Returns true if the environment determines an option, named without dashes.
  static func decides(_ option: String) -> Bool {
    if option == "shard" { return assignsShard }
    return allCases.contains { $0.options.contains(option) && $0.value != nil }
  }

  /// True if a cluster's variables determine the part of the batch, or contradict each other.
  private static var assignsShard: Bool {
    do {
      return try AssignedShard(by: value(of:), count: nil) != nil
    } catch {
      return true
    }
  }
}
