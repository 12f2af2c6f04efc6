/// What is measured under a name.
public struct MetricDescription: Sendable {
    /// One line.
    public var help: String
    /// Upper bounds of a histogram's buckets, rising; nil: those of its unit.
    public var bounds: [Double]?

    public init(_ help: String, bounds: [Double]? = nil) {
        self.help = help
        self.bounds = bounds
    }

    /// What is measured here, by name without namespace and `_total`. `docs/OPERATIONS.md` lists the same.
    public static let ofService: [String: MetricDescription] = [
        // Of epicenterd.
        "build_info": "The version that runs.",
        "ready": "Whether every process is ready.",
        "uptime_seconds": "Since epicenterd began.",
        "alarms": "Conditions that last, as a full disk or a silent feed.",
        "configuration_refused": "Whether the last reload was refused.",
        "reloads": "Configurations reloaded.",
        "notices": "Notices given.",
        "disk_free_bytes": "Room left where the data are.",
        // Of each process, as epicenterd sees it.
        "process_up": "Whether the process is ready.",
        "process_given_up": "Whether it died too often and is not started again.",
        "process_stalled": "Whether it does not go on for now, as with a full disk.",
        "process_restarts": "Restarts since epicenterd began.",
        "process_uptime_seconds": "Since its last start.",
        "process_heartbeat_age_seconds": "Since its last heartbeat.",
        "process_resident_bytes": "Memory resident.",
        "process_anonymous_bytes": "Memory that is no file's, swapped or not.",
        "process_turns": "Turns of its main loop in this life.",
        "process_deaths": "Deaths by kind since epicenterd began.",
        // Of each stream.
        "stream_records": "Sequence of the last record.",
        "stream_synced_sequence": "Up to here it survives power loss.",
        "stream_first_sequence": "First record held.",
        "stream_watermark_sequence": "Everything caused by market records up to here is written.",
        "stream_readers": "Readers connected.",
        "stream_disk_bytes": "On disk.",
        "stream_lost_ranges": "Ranges of records that damage took.",
        "stream_lag_records": "Records of the stream that the reader has not dealt with.",
        "stream_records_per_second": "Written of late.",
        // What processes count.
        "events": "What a process counts in this life, by its own name for it.",
        "level": "What a process has now, by its own name for it.",
        // Of each feed.
        "feed_events": "Events taken of a live feed.",
        "feed_silence_seconds": "Since something came of it.",
        "feed_in_session": "Whether its market is open, so that something should come.",
        "feed_polls": "Answers and failures of a polled feed.",
        "feed_poll_failures": "Polls that failed.",
        // Of each sink.
        "sink_waiting_deliveries": "Deliveries that wait for a sink.",
        "sink_oldest_seconds": "How long the oldest of them has waited; 0: none waits.",
        "sink_deliveries": "Deliveries that arrived.",
        "sink_failures": "Attempts that failed.",
        "sink_dead_letters": "Deliveries given up.",
        // What processes measure themselves.
        "turn_duration_seconds": "A turn of the main loop, without the wait for something to do.",
        "commit_duration_seconds": "Writing what was appended to a stream, and its sync where each commit is synced.",
        "checkpoint_duration_seconds": "Writing a checkpoint.",
        "alert_delay_seconds": "From the record time of an alert to its being sent to subscribers.",
        "feed_poll_duration_seconds": "Asking a feed once, redirects and the reading of what came included.",
        "sink_delivery_duration_seconds": "An attempt to deliver, whatever came of it.",
        "http_server_request_duration_seconds": "A request, to the end of its answer.",
        "http_server_active_requests": "Requests that are being answered.",
        "hb_requests": "Requests answered.",
        "hb_request_errors": "Requests that ended in an error.",
    ].mapValues { MetricDescription($0) }
}
