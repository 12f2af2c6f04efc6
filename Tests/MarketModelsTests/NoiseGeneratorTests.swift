import Testing

@Suite("Golden inputs")
struct NoiseGeneratorTests {
    @Test("the generator gives the numbers written in the specification")
    func generator() {
        var uniform = NoiseGenerator(seed: 12345)
        for expected in [0.277490120044672, 0.7255846763614494, 0.6979126435229148] {
            let value = uniform.uniform()
            #expect(value == expected)
        }
        var normal = NoiseGenerator(seed: 12345)
        for expected in [0.2843867429925062, -1.785957837377655, 1.9870107676773374] {
            let value = normal.normal()
            #expect(value == expected)
        }
    }

    @Test("data A is the series the goldens were computed from")
    func dataA() {
        let data = DataA.shared
        #expect(data.market[0] == 0.010750665405555944)
        #expect(data.sector[0] == 0.015114229969621749)
        #expect(data.securities[0][0].isClose(to: 0.058395375381780495, within: 1e-15))
        #expect(data.securities[0][120].isClose(to: -0.18085173818769482, within: 1e-15))
    }
}
