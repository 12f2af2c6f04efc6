/// Where the fields of one kind of record lie, from the header on. Everything is little-endian and without padding
/// besides the fields named `_`.
public struct RecordLayout: Sendable {
    public enum Kind: Sendable, Equatable {
        case unsigned, signed
        /// One ASCII character.
        case character
        /// Text that ends with a zero byte, or fills the field.
        case text
        /// Reserved: not looked at.
        case reserved
    }

    public struct Field: Sendable {
        public let name: String
        public let kind: Kind
        /// From the record's start, bytes.
        public let offset: Int
        public let size: Int
    }

    /// The header's fields, which all records have, and then the record's own.
    public let fields: [Field]
    /// Bytes of a record without what a gateway may put behind it.
    public let size: Int

    private static let header = "length:u1 rtype:u1 publisher_id:u2 instrument_id:u4 ts_event:u8 "

    /// - Parameter text: `NAME:TYPE`, separated by spaces; u1 to u8, i1 to i8, c, s and a size. Ours alone: a mistake in
    ///   it stops the program.
    init(_ text: String) {
        var fields: [Field] = []
        var offset = 0
        for part in (Self.header + text).split(separator: " ") {
            let halves = part.split(separator: ":")
            guard halves.count == 2, let size = halves[1] == "c" ? 1 : Int(halves[1].dropFirst()) else {
                preconditionFailure("field \(part)")
            }
            let kind: Kind =
                switch halves[1].first {
                case _ where halves[0] == "_": .reserved
                case "u": .unsigned
                case "i": .signed
                case "c": .character
                default: .text
                }
            fields.append(Field(name: String(halves[0]), kind: kind, offset: offset, size: size))
            offset += size
        }
        self.fields = fields
        size = offset
    }

    func offset(of name: String) -> Int {
        guard let field = fields.first(where: { $0.name == name }) else { preconditionFailure("no field \(name)") }
        return field.offset
    }
}

extension RecordLayout {
    /// The layout of a kind of record in a version of the format; nil for a kind that is not known.
    public static func layout(rtype: UInt8, version: UInt8) -> RecordLayout? {
        switch RecordType(rawValue: rtype) {
        case .trade: trade
        case .mbp1, .tbbo: mbp1
        case .mbp10: mbp10
        case .ohlcv, .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEOD: ohlcv
        case .status: status
        case .definition: version == 1 ? definition1 : version == 2 ? definition2 : definition3
        case .imbalance: imbalance
        case .error: version == 1 ? error1 : error2
        case .symbolMapping: version == 1 ? mapping1 : mapping2
        case .system: version == 1 ? system1 : system2
        case .statistics: version < 3 ? statistics1 : statistics3
        case .mbo: mbo
        case .cmbp1, .tcbbo: cmbp1
        case .cbbo1s, .cbbo1m: cbbo
        case .bbo1s, .bbo1m: bbo
        case nil: nil
        }
    }
}

/// Kinds of records, by the byte in their header.
public enum RecordType: UInt8, Sendable, CaseIterable {
    case trade = 0x00, mbp1 = 0x01, mbp10 = 0x0A
    /// OHLCV of files before 2023, whose length only the schema says.
    case ohlcv = 0x11
    case status = 0x12, definition = 0x13, imbalance = 0x14, error = 0x15, symbolMapping = 0x16, system = 0x17
    case statistics = 0x18
    case ohlcv1s = 0x20, ohlcv1m = 0x21, ohlcv1h = 0x22, ohlcv1d = 0x23, ohlcvEOD = 0x24
    case mbo = 0xA0, cmbp1 = 0xB1
    case cbbo1s = 0xC0, cbbo1m = 0xC1, tcbbo = 0xC2, bbo1s = 0xC3, bbo1m = 0xC4, tbbo = 0xC5

    /// As Databento calls it.
    public var name: String {
        switch self {
        case .trade: "trades"
        case .mbp1: "mbp-1"
        case .mbp10: "mbp-10"
        case .ohlcv: "ohlcv"
        case .status: "status"
        case .definition: "definition"
        case .imbalance: "imbalance"
        case .error: "error"
        case .symbolMapping: "symbol-mapping"
        case .system: "system"
        case .statistics: "statistics"
        case .ohlcv1s: "ohlcv-1s"
        case .ohlcv1m: "ohlcv-1m"
        case .ohlcv1h: "ohlcv-1h"
        case .ohlcv1d: "ohlcv-1d"
        case .ohlcvEOD: "ohlcv-eod"
        case .mbo: "mbo"
        case .cmbp1: "cmbp-1"
        case .cbbo1s: "cbbo-1s"
        case .cbbo1m: "cbbo-1m"
        case .tcbbo: "tcbbo"
        case .bbo1s: "bbo-1s"
        case .bbo1m: "bbo-1m"
        case .tbbo: "tbbo"
        }
    }
}

// The layouts, as in Databento's documentation; `scripts/check-dbn` compares them with databento-dbn.
extension RecordLayout {
    static let mbo = RecordLayout(
        """
        order_id:u8 price:i8 size:u4 flags:u1 channel_id:u1 action:c side:c ts_recv:u8 ts_in_delta:i4 \
        sequence:u4
        """)
    static let trade = RecordLayout(
        """
        price:i8 size:u4 action:c side:c flags:u1 depth:u1 ts_recv:u8 ts_in_delta:i4 sequence:u4
        """)
    static let mbp1 = RecordLayout(
        """
        price:i8 size:u4 action:c side:c flags:u1 depth:u1 ts_recv:u8 ts_in_delta:i4 sequence:u4 \
        bid_px_00:i8 ask_px_00:i8 bid_sz_00:u4 ask_sz_00:u4 bid_ct_00:u4 ask_ct_00:u4
        """)
    static let mbp10 = RecordLayout(
        """
        price:i8 size:u4 action:c side:c flags:u1 depth:u1 ts_recv:u8 ts_in_delta:i4 sequence:u4 \
        bid_px_00:i8 ask_px_00:i8 bid_sz_00:u4 ask_sz_00:u4 bid_ct_00:u4 ask_ct_00:u4 bid_px_01:i8 \
        ask_px_01:i8 bid_sz_01:u4 ask_sz_01:u4 bid_ct_01:u4 ask_ct_01:u4 bid_px_02:i8 ask_px_02:i8 \
        bid_sz_02:u4 ask_sz_02:u4 bid_ct_02:u4 ask_ct_02:u4 bid_px_03:i8 ask_px_03:i8 bid_sz_03:u4 \
        ask_sz_03:u4 bid_ct_03:u4 ask_ct_03:u4 bid_px_04:i8 ask_px_04:i8 bid_sz_04:u4 ask_sz_04:u4 \
        bid_ct_04:u4 ask_ct_04:u4 bid_px_05:i8 ask_px_05:i8 bid_sz_05:u4 ask_sz_05:u4 bid_ct_05:u4 \
        ask_ct_05:u4 bid_px_06:i8 ask_px_06:i8 bid_sz_06:u4 ask_sz_06:u4 bid_ct_06:u4 ask_ct_06:u4 \
        bid_px_07:i8 ask_px_07:i8 bid_sz_07:u4 ask_sz_07:u4 bid_ct_07:u4 ask_ct_07:u4 bid_px_08:i8 \
        ask_px_08:i8 bid_sz_08:u4 ask_sz_08:u4 bid_ct_08:u4 ask_ct_08:u4 bid_px_09:i8 ask_px_09:i8 \
        bid_sz_09:u4 ask_sz_09:u4 bid_ct_09:u4 ask_ct_09:u4
        """)
    static let bbo = RecordLayout(
        """
        price:i8 size:u4 _:u1 side:c flags:u1 _:u1 ts_recv:u8 _:s4 sequence:u4 bid_px_00:i8 \
        ask_px_00:i8 bid_sz_00:u4 ask_sz_00:u4 bid_ct_00:u4 ask_ct_00:u4
        """)
    static let cmbp1 = RecordLayout(
        """
        price:i8 size:u4 action:c side:c flags:u1 _:s1 ts_recv:u8 ts_in_delta:i4 _:s4 bid_px_00:i8 \
        ask_px_00:i8 bid_sz_00:u4 ask_sz_00:u4 bid_pb_00:u2 _:s2 ask_pb_00:u2 _:s2
        """)
    static let cbbo = RecordLayout(
        """
        price:i8 size:u4 _:u1 side:c flags:u1 _:u1 ts_recv:u8 _:s8 bid_px_00:i8 ask_px_00:i8 \
        bid_sz_00:u4 ask_sz_00:u4 bid_pb_00:u2 _:s2 ask_pb_00:u2 _:s2
        """)
    static let ohlcv = RecordLayout(
        """
        open:i8 high:i8 low:i8 close:i8 volume:u8
        """)
    static let status = RecordLayout(
        """
        ts_recv:u8 action:u2 reason:u2 trading_event:u2 is_trading:c is_quoting:c \
        is_short_sell_restricted:c _:s7
        """)
    static let definition1 = RecordLayout(
        """
        ts_recv:u8 min_price_increment:i8 display_factor:i8 expiration:u8 activation:u8 \
        high_limit_price:i8 low_limit_price:i8 max_price_variation:i8 trading_reference_price:i8 \
        unit_of_measure_qty:i8 min_price_increment_amount:i8 price_ratio:i8 inst_attrib_value:i4 \
        underlying_id:u4 raw_instrument_id:u4 market_depth_implied:i4 market_depth:i4 \
        market_segment_id:u4 max_trade_vol:u4 min_lot_size:i4 min_lot_size_block:i4 \
        min_lot_size_round_lot:i4 min_trade_vol:u4 _:s4 contract_multiplier:i4 decay_quantity:i4 \
        original_contract_size:i4 _:s4 trading_reference_date:u2 appl_id:i2 maturity_year:u2 \
        decay_start_date:u2 channel_id:u2 currency:s4 settl_currency:s4 secsubtype:s6 raw_symbol:s22 \
        group:s21 exchange:s5 asset:s7 cfi:s7 security_type:s7 unit_of_measure:s31 underlying:s21 \
        strike_price_currency:s4 instrument_class:c _:s2 strike_price:i8 _:s6 match_algorithm:c \
        md_security_trading_status:u1 main_fraction:u1 price_display_format:u1 settl_price_type:u1 \
        sub_fraction:u1 underlying_product:u1 security_update_action:c maturity_month:u1 \
        maturity_day:u1 maturity_week:u1 user_defined_instrument:c contract_multiplier_unit:i1 \
        flow_schedule_type:i1 tick_rule:u1 _:s3
        """)
    static let definition2 = RecordLayout(
        """
        ts_recv:u8 min_price_increment:i8 display_factor:i8 expiration:u8 activation:u8 \
        high_limit_price:i8 low_limit_price:i8 max_price_variation:i8 trading_reference_price:i8 \
        unit_of_measure_qty:i8 min_price_increment_amount:i8 price_ratio:i8 strike_price:i8 \
        inst_attrib_value:i4 underlying_id:u4 raw_instrument_id:u4 market_depth_implied:i4 \
        market_depth:i4 market_segment_id:u4 max_trade_vol:u4 min_lot_size:i4 min_lot_size_block:i4 \
        min_lot_size_round_lot:i4 min_trade_vol:u4 contract_multiplier:i4 decay_quantity:i4 \
        original_contract_size:i4 trading_reference_date:u2 appl_id:i2 maturity_year:u2 \
        decay_start_date:u2 channel_id:u2 currency:s4 settl_currency:s4 secsubtype:s6 raw_symbol:s71 \
        group:s21 exchange:s5 asset:s7 cfi:s7 security_type:s7 unit_of_measure:s31 underlying:s21 \
        strike_price_currency:s4 instrument_class:c match_algorithm:c md_security_trading_status:u1 \
        main_fraction:u1 price_display_format:u1 settl_price_type:u1 sub_fraction:u1 \
        underlying_product:u1 security_update_action:c maturity_month:u1 maturity_day:u1 \
        maturity_week:u1 user_defined_instrument:c contract_multiplier_unit:i1 flow_schedule_type:i1 \
        tick_rule:u1 _:s10
        """)
    static let definition3 = RecordLayout(
        """
        ts_recv:u8 min_price_increment:i8 display_factor:i8 expiration:u8 activation:u8 \
        high_limit_price:i8 low_limit_price:i8 max_price_variation:i8 unit_of_measure_qty:i8 \
        min_price_increment_amount:i8 price_ratio:i8 strike_price:i8 raw_instrument_id:u8 leg_price:i8 \
        leg_delta:i8 inst_attrib_value:i4 underlying_id:u4 market_depth_implied:i4 market_depth:i4 \
        market_segment_id:u4 max_trade_vol:u4 min_lot_size:i4 min_lot_size_block:i4 \
        min_lot_size_round_lot:i4 min_trade_vol:u4 contract_multiplier:i4 decay_quantity:i4 \
        original_contract_size:i4 leg_instrument_id:u4 leg_ratio_price_numerator:i4 \
        leg_ratio_price_denominator:i4 leg_ratio_qty_numerator:i4 leg_ratio_qty_denominator:i4 \
        leg_underlying_id:u4 appl_id:i2 maturity_year:u2 decay_start_date:u2 channel_id:u2 leg_count:u2 \
        leg_index:u2 currency:s4 settl_currency:s4 secsubtype:s6 raw_symbol:s71 group:s21 exchange:s5 \
        asset:s11 cfi:s7 security_type:s7 unit_of_measure:s31 underlying:s21 strike_price_currency:s4 \
        leg_raw_symbol:s71 instrument_class:c match_algorithm:c main_fraction:u1 \
        price_display_format:u1 sub_fraction:u1 underlying_product:u1 security_update_action:c \
        maturity_month:u1 maturity_day:u1 maturity_week:u1 user_defined_instrument:c \
        contract_multiplier_unit:i1 flow_schedule_type:i1 tick_rule:u1 leg_instrument_class:c \
        leg_side:c _:s17
        """)
    static let imbalance = RecordLayout(
        """
        ts_recv:u8 ref_price:i8 auction_time:u8 cont_book_clr_price:i8 auct_interest_clr_price:i8 \
        ssr_filling_price:i8 ind_match_price:i8 upper_collar:i8 lower_collar:i8 paired_qty:u4 \
        total_imbalance_qty:u4 market_imbalance_qty:u4 unpaired_qty:u4 auction_type:c side:c \
        auction_status:u1 freeze_status:u1 num_extensions:u1 unpaired_side:c significant_imbalance:c \
        _:s1
        """)
    static let statistics1 = RecordLayout(
        """
        ts_recv:u8 ts_ref:u8 price:i8 quantity:i4 sequence:u4 ts_in_delta:i4 stat_type:u2 channel_id:u2 \
        update_action:u1 stat_flags:u1 _:s6
        """)
    static let statistics3 = RecordLayout(
        """
        ts_recv:u8 ts_ref:u8 price:i8 quantity:i8 sequence:u4 ts_in_delta:i4 stat_type:u2 channel_id:u2 \
        update_action:u1 stat_flags:u1 _:s18
        """)
    static let error1 = RecordLayout(
        """
        err:s64
        """)
    static let error2 = RecordLayout(
        """
        err:s302 code:u1 is_last:u1
        """)
    static let mapping1 = RecordLayout(
        """
        stype_in_symbol:s22 stype_out_symbol:s22 _:s4 start_ts:u8 end_ts:u8
        """)
    static let mapping2 = RecordLayout(
        """
        stype_in:u1 stype_in_symbol:s71 stype_out:u1 stype_out_symbol:s71 start_ts:u8 end_ts:u8
        """)
    static let system1 = RecordLayout(
        """
        msg:s64
        """)
    static let system2 = RecordLayout(
        """
        msg:s303 code:u1
        """)
}
