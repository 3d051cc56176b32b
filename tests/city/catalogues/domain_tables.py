"""The tables of DOMAIN 2.3 as it names their fields: number, sharing, level, names beyond the subject."""

TABLES = """
T-M01 C 2 confidence id_scheme identifier valid_from valid_to
T-M02 U 1 region_code region_name parent valid_from
T-M03 U 1 code parent_code level name valid_from
T-M04 U 1 code table_name meaning_zh version
T-M05 U 1 trading day day_kind filing_deadline spring_festival_month
T01 U 2 reg_no name ent_type legal_rep reg_capital paid_capital currency establish_date approve_date \
   expire_date reg_authority address geo region industry scope status revoke_date cancel_date operator_id_hmac
T02 C 2 holder_type holder_name holder_uscc holder_id_hmac subscribed paid ratio form subscribe_due paid_date \
   valid_from valid_to
T03 C 3 name id_hmac post from to
T04 U 2 item before after change_date
T05 U 1 reason in_date in_authority out_date out_reason
T06 U 1 reason in_date out_date
T07 C 2 employees assets equity revenue main_revenue profit net_profit tax liabilities disclosed_flags \
   invest_flag guarantee_flag web
T08 U 2 creditor debtor debtor_uscc amount kind from to scope
T09 U 2 pledge_no pledgor target_uscc pledgee equity date status cancel_date
T10 U 2 reg_no debtor creditor secured collateral from to status
T11 U 2 doc_no person amount court from to
T12 U 1 decision_no dept fact basis kind fine date repair_date
T13 U 1 licence_no name kind authority from to
T14 U 1 item result date task_no
T15 U 1 reg_no class status apply reg expire
T16 U 1 application_no kind apply publish grant ipc inventors status fee_paid_to cited_by transferred
T17 U 2 asset_no pledgee secured from to pledge_reg_no
T18 U 1 reg_no name done first_pub
T19 U 1 cert_no kind status from to
T20 C 2 topic amount result date ticket_no
T21 C 3 taxpayer_kind cit_mode filing_cycle tax_authority status abnormal_date
T22 C 3 period sales_taxable sales_simple sales_export sales_exempt output_tax input_tax input_transfer_out \
   carried_forward payable relief paid filed_at corrected
T23 C 3 period revenue cost profit adjust taxable_income rate tax rd_super_deduction loss_offset \
   small_low_profit
T24 C 3 period cash receivables inventory fixed_assets total_assets short_loans payables long_loans \
   total_liabilities equity revenue cost tax_surcharge finance_expense operating_profit total_profit \
   net_profit sell_expense admin_expense rd_expense cash_begin total_assets_begin
T25 C 3 doc_no tax_kind period amount paid_at late_fee
T26 C 3 arrears since cleared
T27 C 3 year score grade repaired direct_d_reason
T28 C 3 doc_no kind tax fine major_case date
T29 C 3 invoice_no kind date seller buyer buyer_type amount_net tax total top_rate status red_of industry_item \
   region
T30 C 3 buyer certified certified_period deduct_kind invoice_no date seller amount_net tax total status
T31 C 3 line code19 name qty unit price amount rate
T32 C 3 confirm_no reason applicant_side confirmed amount
T33 C 3 ym quota used adjust_reason
T34 C 3 headcount income_total tax
T35 C 3 period declared refunded class
T36 C 3 tax_due fine opened closed case_no
T37 C 3 ym type insured base_total unit_due person_due paid paid_at arrears
T38 N 4 unit_uscc type base months status ym person_hmac
T39 C 2 claim topic result case_no
T40 U 1 amount people date out_date
T41 C 3 ym insured due paid arrears
T42 C 3 ym depositors base_total ratio due paid paid_to status
T43 N 4 ym person_account monthly_deposit
T44 C 2 year amount people
T45 C 2 case_no cause role uscc amount court stage filed
T46 C 2 case_no result amount_awarded effective doc_no
T47 U 1 exec_no target close_mode filed closed
T48 U 1 exec_no fact performed published removed
T49 U 1 order_no person uscc date lifted
T50 U 1 kind administrator accepted case_no
T51 C 2 amount object from to doc_no
T52 C 3 vin_hmac owner_uscc kind mortgage first_reg insured_to scrapped
T53 N 4 cause stage date case_no
T54 C 2 seal_no seal_kind
T55 C 2 notarial_no
T56 C 3 unit_no owner kind area use right_kind value_est address term_to
T57 C 3 cert_no mortgagor mortgagee secured max_amount rank from to cancelled
T58 C 2 court from to doc_no
T59 U 1 area price use idle start_due contract_no
T60 U 1 grade kind personnel to cert_no
T61 U 1 project contract builder progress from to project_no
T62 C 2 licence vehicles tonnage to
T63 C 2 shipper carrier from to weight freight signed_at waybill_no
T64 C 2 record area crop subsidy
T65 U 1 cert_no rd_ratio score from to
T66 U 1 level from to list_no
T67 U 1 reg_no score year
T68 C 3 year rd_total staff gov_funded
T69 C 2 no kind amount buyer seller
T70 U 1 no level grant accepted from to
T71 C 2 no program amount date
T72 U 1 contract_no buyer supplier amount paid signed term
T73 U 1 notice project winner amount rank penalty_blacklist noticed_on
T74 N 3 ym output revenue energy
T75 U 1 cust_code class date
T76 C 3 ym hs2 country export import count
T77 C 2 acct kwh peak valley amount paid_at arrears breach_fee capacity_kva acct_kind outage_for_debt
T78 C 2 kwh max_kw date meter_no
T79 C 2 acct volume amount paid_at arrears month
T80 C 2 acct volume amount paid_at arrears month
T81 U 1 year grade permit_level
T82 C 2 flow cod nh3 so2 nox exceed day outlet_no
T83 C 2 grade accident deaths rectification date
T84 C 2 date grade score
T85 N 3 loan_no product contract drawn balance rate guarantee from to repay_mode five_class dpd overdue online \
   first_loan
T86 C 3 guarantor debtor creditor amount joint from to contract_no
T87 N 3 acct direction amount balance_after counterparty_name cp_account_hmac cp_bank summary purpose channel \
   ts
T88 C 3 report_no guarantees queries loans_by_class closed_loans public_info
T89 C 4 report_no person_hmac
T90 C 3 bill_no drawer acceptor amount overdue_list due kind
T91 C 3 voucher_no holder amount split_from confirmed due core_firm
T92 U 1 doc_id source title_hash polarity topic credibility published uscc_list
T93 C 3 merchant orders amount refund reviews date
T94 C 3 app_kind
"""
